//! The parser of executable documents: tokens in, async-graphql's syntax tree out.
//!
//! async-graphql's own parser recurses and backtracks over any depth before it looks at a limit, and takes up to 5 ms
//! for 10 KB. Invariant: this one never goes deeper than `max_nesting` and looks one token ahead, so its stack and its
//! time are bounded by its limits.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, FragmentSpread, InlineFragment,
        OperationDefinition, OperationType, Selection, SelectionSet, TypeCondition, VariableDefinition,
    },
};

use crate::{
    config,
    document::{
        Rejection,
        lexer::{Lexer, Placed, Token},
    },
};

mod values;

type Result<T> = std::result::Result<T, Rejection>;

/// A parsed document and the tokens it was made of.
pub(super) struct Parsed {
    pub(super) document: ExecutableDocument,
    pub(super) tokens: usize,
}

/// Parses a document of operations and fragments, each with a name of its own.
pub(super) fn parse(text: &str, limits: &config::Documents) -> Result<Parsed> {
    let mut lexer = Lexer::new(text, limits);
    let ahead = lexer.next()?;
    let mut parser = Parser { lexer, ahead, nesting: 0, limits };
    let document = parser.document()?;

    Ok(Parsed { document, tokens: parser.lexer.tokens() })
}

struct Parser<'a, 'l> {
    lexer: Lexer<'a>,
    ahead: Placed<'a>,
    nesting: usize,
    limits: &'l config::Documents,
}

impl<'a> Parser<'a, '_> {
    fn document(&mut self) -> Result<ExecutableDocument> {
        let mut anonymous = None;
        let mut operations: HashMap<Name, Positioned<OperationDefinition>> = HashMap::new();
        let mut fragments = HashMap::new();
        while self.ahead.token != Token::End {
            let pos = self.ahead.pos;
            if self.ahead.token == Token::Name("fragment") {
                let (name, fragment) = self.fragment()?;
                if fragments.insert(name.clone(), Positioned::new(fragment, pos)).is_some() {
                    return Err(Rejection::invalid(format!("There are two fragments named `{name}`."), pos));
                }
                continue;
            }

            let (name, operation) = self.operation()?;
            let operation = Positioned::new(operation, pos);
            let is_alone = anonymous.is_none() && operations.is_empty();
            match name {
                None if is_alone => anonymous = Some(operation),
                Some(_) if anonymous.is_some() => return Err(not_alone(pos)),
                None => return Err(not_alone(pos)),
                Some(name) => {
                    if operations.insert(name.clone(), operation).is_some() {
                        return Err(Rejection::invalid(format!("There are two operations named `{name}`."), pos));
                    }
                }
            }
        }

        let operations = match anonymous {
            Some(operation) => DocumentOperations::Single(operation),
            None if operations.is_empty() => return Err(self.unexpected("an operation")),
            None => DocumentOperations::Multiple(operations),
        };
        Ok(ExecutableDocument { operations, fragments })
    }

    fn operation(&mut self) -> Result<(Option<Name>, OperationDefinition)> {
        let ty = match self.ahead.token {
            Token::Punctuator('{') => {
                let selection_set = self.selection_set()?;
                let (ty, variable_definitions, directives) = (OperationType::Query, Vec::new(), Vec::new());
                return Ok((None, OperationDefinition { ty, variable_definitions, directives, selection_set }));
            }
            Token::Name("query") => OperationType::Query,
            Token::Name("mutation") => OperationType::Mutation,
            Token::Name("subscription") => OperationType::Subscription,
            _ => return Err(self.unexpected("a query, mutation, subscription or fragment")),
        };
        self.advance()?;

        let name = if matches!(self.ahead.token, Token::Name(_)) { Some(self.name()?.node) } else { None };
        let variable_definitions = self.list_in('(', ')', "a variable", Self::variable_definition)?;
        let directives = self.directives()?;
        let selection_set = self.selection_set()?;
        Ok((name, OperationDefinition { ty, variable_definitions, directives, selection_set }))
    }

    fn fragment(&mut self) -> Result<(Name, FragmentDefinition)> {
        self.advance()?;
        if self.ahead.token == Token::Name("on") {
            return Err(self.unexpected("the fragment's name"));
        }

        let name = self.name()?.node;
        let type_condition = self.type_condition()?.ok_or_else(|| self.unexpected("`on` and the fragment's type"))?;
        let directives = self.directives()?;
        let selection_set = self.selection_set()?;
        Ok((name, FragmentDefinition { type_condition, directives, selection_set }))
    }

    fn variable_definition(&mut self) -> Result<Positioned<VariableDefinition>> {
        let pos = self.ahead.pos;
        self.expect('$')?;
        let name = self.name()?;
        self.expect(':')?;
        let var_type = self.type_reference()?;
        let default_value = if self.take('=')? { Some(self.const_value()?) } else { None };
        let directives = self.directives()?;

        Ok(Positioned::new(VariableDefinition { name, var_type, directives, default_value }, pos))
    }

    fn selection_set(&mut self) -> Result<Positioned<SelectionSet>> {
        let pos = self.ahead.pos;
        if self.ahead.token != Token::Punctuator('{') {
            return Err(self.unexpected("`{`"));
        }

        let items = self.nested(|parser| parser.list_in('{', '}', "a field", Self::selection))?;
        Ok(Positioned::new(SelectionSet { items }, pos))
    }

    fn selection(&mut self) -> Result<Positioned<Selection>> {
        let pos = self.ahead.pos;
        if self.ahead.token != Token::Spread {
            return Ok(Positioned::new(Selection::Field(Positioned::new(self.field()?, pos)), pos));
        }
        self.advance()?;

        let selection = match self.ahead.token {
            Token::Name(name) if name != "on" => {
                let fragment_name = self.name()?;
                let directives = self.directives()?;
                Selection::FragmentSpread(Positioned::new(FragmentSpread { fragment_name, directives }, pos))
            }
            _ => {
                let type_condition = self.type_condition()?;
                let directives = self.directives()?;
                let selection_set = self.selection_set()?;
                let fragment = InlineFragment { type_condition, directives, selection_set };
                Selection::InlineFragment(Positioned::new(fragment, pos))
            }
        };
        Ok(Positioned::new(selection, pos))
    }

    fn field(&mut self) -> Result<Field> {
        let first = self.name()?;
        let (alias, name) = if self.take(':')? { (Some(first), self.name()?) } else { (None, first) };
        let arguments = self.arguments()?;
        let directives = self.directives()?;
        let has_selections = self.ahead.token == Token::Punctuator('{');
        let selection_set = if has_selections { self.selection_set()? } else { Positioned::default() };

        Ok(Field { alias, name, arguments, directives, selection_set })
    }

    fn directives(&mut self) -> Result<Vec<Positioned<Directive>>> {
        let mut directives = Vec::new();
        while self.ahead.token == Token::Punctuator('@') {
            let pos = self.ahead.pos;
            self.advance()?;
            let name = self.name()?;
            let arguments = self.arguments()?;
            directives.push(Positioned::new(Directive { name, arguments }, pos));
        }
        Ok(directives)
    }

    fn type_condition(&mut self) -> Result<Option<Positioned<TypeCondition>>> {
        if self.ahead.token != Token::Name("on") {
            return Ok(None);
        }

        let pos = self.ahead.pos;
        self.advance()?;
        let on = self.name()?;
        Ok(Some(Positioned::new(TypeCondition { on }, pos)))
    }

    fn name(&mut self) -> Result<Positioned<Name>> {
        let Token::Name(name) = self.ahead.token else {
            return Err(self.unexpected("a name"));
        };

        let pos = self.ahead.pos;
        self.advance()?;
        Ok(Positioned::new(Name::new(name), pos))
    }

    /// What stands between two brackets, at least one item; nothing where the first bracket is missing.
    fn list_in<T>(
        &mut self,
        open: char,
        close: char,
        item: &str,
        mut parse: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut items = Vec::new();
        if !self.take(open)? {
            return Ok(items);
        }
        if self.ahead.token == Token::Punctuator(close) {
            return Err(self.unexpected(item));
        }
        while !self.take(close)? {
            items.push(parse(self)?);
        }
        Ok(items)
    }

    /// Goes one level deeper, if the limit allows it.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.nesting += 1;
        if self.nesting > self.limits.max_nesting {
            return Err(Rejection::limit("nesting", self.nesting, self.limits.max_nesting).at(self.ahead.pos));
        }
        let parsed = parse(self)?;
        self.nesting -= 1;
        Ok(parsed)
    }

    fn take(&mut self, punctuator: char) -> Result<bool> {
        let is_next = self.ahead.token == Token::Punctuator(punctuator);
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    fn expect(&mut self, punctuator: char) -> Result<()> {
        if self.take(punctuator)? { Ok(()) } else { Err(self.unexpected(&format!("`{punctuator}`"))) }
    }

    fn advance(&mut self) -> Result<Token<'a>> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.ahead, next).token)
    }

    fn unexpected(&self, expected: &str) -> Rejection {
        Rejection::syntax(format!("Expected {expected}, found {}.", self.ahead.token), self.ahead.pos)
    }
}

fn not_alone(pos: Pos) -> Rejection {
    Rejection::invalid("An operation without a name must be the document's only one.", pos)
}
