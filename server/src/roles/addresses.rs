//! The role `address`: lists of networks become rules, beside a running program or without one.

use std::path::Path;

use domain::address_rules::{
    import::{self, Imported, List},
    list,
};
use entities::address_rule::Effect;

use crate::{
    cli::{Address, AddressList, EffectName},
    failure::Failure,
    output, resources,
};

/// Imports a list.
///
/// # Errors
///
/// The file cannot be read or is wrong, or the database does not take the rules; then nothing was changed.
pub async fn addresses(settings: Option<&Path>, task: &Address) -> Result<(), Failure> {
    let Address::Import(given) = task;
    let config = super::load(settings)?;
    let report = list::read(&super::text_of(&given.file)?);
    for problem in &report.problems {
        output::line(problem)?;
    }
    if !report.problems.is_empty() && !given.skip_wrong {
        return Err(Failure::WrongAddressList(report.problems.len()));
    }
    let app = resources::beside(&config).await?;
    let list = List {
        networks: report.networks,
        effect: given.effect.into(),
        reason: given.reason.clone(),
        expires_at: given.expires.map(|end| end.seen_from(app.clock.now())),
        source: given.replace_source.clone(),
    };
    let imported = import::import(&app, list, given.dry_run).await?;

    Ok(output::line(told(given, &imported, report.problems.len()))?)
}

fn told(given: &AddressList, imported: &Imported, wrong: usize) -> String {
    let Imported { new, changed, same, kept, gone } = imported;
    let counts = format!(
        "{}: {new} new, {changed} changed, {same} unchanged, {kept} kept from an admin or another list, {gone} removed, \
         {wrong} wrong",
        given.file.display()
    );
    if given.dry_run { format!("{counts}; nothing was changed") } else { counts }
}

impl From<EffectName> for Effect {
    fn from(effect: EffectName) -> Self {
        match effect {
            EffectName::Block => Self::Block,
            EffectName::Allow => Self::Allow,
        }
    }
}
