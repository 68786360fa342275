//! Values, arguments and types.

use async_graphql::{
    Name, Positioned, Value as ConstValue,
    indexmap::IndexMap,
    parser::types::{BaseType, Type},
};
use async_graphql_value::Value;

use super::{Parser, Result};
use crate::document::{Rejection, lexer::Token, strings};

type Argument = (Positioned<Name>, Positioned<Value>);

impl Parser<'_, '_> {
    pub(super) fn arguments(&mut self) -> Result<Vec<Argument>> {
        let (pos, allowed) = (self.ahead.pos, self.limits.max_arguments);
        let mut found = 0;
        self.list_in('(', ')', "an argument", |parser| {
            found += 1;
            if found > allowed {
                return Err(Rejection::limit("arguments", found, allowed).at(pos));
            }
            let name = parser.name()?;
            parser.expect(':')?;
            let value = parser.value()?;
            Ok((name, value))
        })
    }

    pub(super) fn value(&mut self) -> Result<Positioned<Value>> {
        let pos = self.ahead.pos;
        let value = match self.ahead.token {
            Token::Punctuator('$') => {
                self.advance()?;
                Value::Variable(self.name()?.node)
            }
            Token::Punctuator('[') => Value::List(self.nested(Self::list)?),
            Token::Punctuator('{') => Value::Object(self.nested(Self::object)?),
            Token::Name("true") => self.leaf(Value::Boolean(true))?,
            Token::Name("false") => self.leaf(Value::Boolean(false))?,
            Token::Name("null") => self.leaf(Value::Null)?,
            Token::Name(name) => self.leaf(Value::Enum(Name::new(name)))?,
            // Read as a number by itself it would be one with decimals.
            Token::Number("-0") => self.leaf(Value::Number(0.into()))?,
            Token::Number(text) => {
                let number = text.parse().map_err(|_| self.unexpected("a number within range"))?;
                self.leaf(Value::Number(number))?
            }
            Token::String(raw) => {
                let value = strings::unescape(raw);
                let value = value.ok_or_else(|| Rejection::syntax("The string has a malformed escape.", pos))?;
                self.leaf(Value::String(value))?
            }
            Token::BlockString(raw) => self.leaf(Value::String(strings::block(raw)))?,
            Token::Punctuator(_) | Token::Spread | Token::End => {
                return Err(self.unexpected("a value"));
            }
        };
        Ok(Positioned::new(value, pos))
    }

    pub(super) fn const_value(&mut self) -> Result<Positioned<ConstValue>> {
        let Positioned { pos, node } = self.value()?;
        let value = node.into_const().ok_or_else(|| Rejection::syntax("A default value has no variables.", pos))?;
        Ok(Positioned::new(value, pos))
    }

    pub(super) fn type_reference(&mut self) -> Result<Positioned<Type>> {
        let pos = self.ahead.pos;
        let base = if self.take('[')? {
            let inner = self.nested(Self::type_reference)?;
            self.expect(']')?;
            BaseType::List(Box::new(inner.node))
        } else {
            BaseType::Named(self.name()?.node)
        };
        let nullable = !self.take('!')?;
        Ok(Positioned::new(Type { base, nullable }, pos))
    }

    fn leaf(&mut self, value: Value) -> Result<Value> {
        self.advance()?;
        Ok(value)
    }

    fn list(&mut self) -> Result<Vec<Value>> {
        self.advance()?;
        let mut items = Vec::new();
        while !self.take(']')? {
            items.push(self.value()?.node);
        }
        Ok(items)
    }

    fn object(&mut self) -> Result<IndexMap<Name, Value>> {
        self.advance()?;
        let mut fields = IndexMap::new();
        while !self.take('}')? {
            let name = self.name()?;
            self.expect(':')?;
            let value = self.value()?.node;
            if fields.insert(name.node.clone(), value).is_some() {
                let message = format!("The input object has two fields named `{}`.", name.node);
                return Err(Rejection::invalid(message, name.pos));
            }
        }
        Ok(fields)
    }
}
