//! The roles `train` and `model`: a model is trained, listed, shown, and chosen.

use std::path::Path;

use analytics::model::{Evaluation, Model};

use crate::{
    analytics::{lake, training},
    cli::{ModelTask, Train},
    config::{Config, Purpose},
    failure::Failure,
    output,
};

/// Trains a model and publishes it where it is better than what it replaces.
///
/// # Errors
///
/// The lake or the counts can't be read.
pub async fn train(settings: Option<&Path>, asked: Train) -> Result<(), Failure> {
    let lake = lake::open(&super::load_for(Purpose::Lake, settings)?).await?;
    let trained = match training::train(&lake, asked.counts).await {
        // As long as a site is young, that is as it should be.
        Err(Failure::TooLittleToLearn(reason)) => return Ok(output::line(format_args!("not trained: {reason}"))?),
        trained => trained?,
    };
    if let Some(evaluation) = trained.model.evaluation() {
        show_evaluation(evaluation)?;
    }
    let version = trained.model.version();
    if !trained.verdict.is_publish() {
        return Ok(output::line(format_args!("not published: {}", trained.verdict))?);
    }
    if asked.evaluate {
        return Ok(output::line(format_args!("would be published as {version}: {}", trained.verdict))?);
    }
    training::publish(&lake, &trained.model).await?;
    Ok(output::line(format_args!("published as {version}: {}", trained.verdict))?)
}

/// Lists the models of the lake, shows one, or chooses one.
///
/// # Errors
///
/// The lake can't be reached, or there is no such model.
pub async fn models(settings: Option<&Path>, task: &ModelTask) -> Result<(), Failure> {
    let config = super::load_for(Purpose::Lake, settings)?;
    match task {
        ModelTask::List => list(&config).await,
        ModelTask::Show { version } => show(&config, version.as_deref()).await,
        ModelTask::Use { version } => choose(&config, version).await,
    }
}

async fn list(config: &Config) -> Result<(), Failure> {
    let lake = lake::open_for_reading(config)?;
    let current = lake.current_version().await?.map(|current| current.version);
    output::line(row(["VERSION", "WRITTEN", "BOOKINGS", "NDCG@10", "USED"]))?;
    for kept in lake.models().await? {
        let used = if current.as_ref() == Some(&kept.version) { "used" } else { "" };
        let json = lake.model(&kept.version).await?.unwrap_or_default();
        let (bookings, ndcg) = match Model::from_json(&json) {
            Ok(model) => {
                let ours = model.evaluation().and_then(|evaluation| evaluation.figures.first());
                (model.bookings().to_string(), ours.map_or_else(|| "-".to_owned(), |ours| format!("{:.4}", ours.ndcg)))
            }
            Err(_) => ("?".to_owned(), "?".to_owned()),
        };
        let written = kept.put_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        output::line(row([&kept.version, &written, &bookings, &ndcg, used]))?;
    }
    Ok(())
}

fn row([version, written, bookings, ndcg, used]: [&str; 5]) -> String {
    format!("{version:<32}  {written:<20}  {bookings:>10}  {ndcg:>7}  {used}").trim_end().to_owned()
}

async fn show(config: &Config, version: Option<&str>) -> Result<(), Failure> {
    let lake = lake::open_for_reading(config)?;
    let model = match version {
        Some(version) => read(version, lake.model(version).await?.as_deref())?,
        None => match lake.current_model().await? {
            Some((current, json)) => read(&current.version, Some(&json))?,
            None => Model::prior(),
        },
    };
    let at =
        |time: Option<chrono::DateTime<chrono::Utc>>| time.map_or_else(|| "-".to_owned(), |time| time.to_rfc3339());
    output::line(format_args!("version    {}", model.version()))?;
    output::line(format_args!("trained    {}", at(model.trained_at())))?;
    output::line(format_args!("bookings   {}, placed until {}", model.bookings(), at(model.trained_to())))?;
    for (feature, weight) in model.weights() {
        output::line(format_args!("weight     {feature:<24} {weight:>9.4}"))?;
    }
    model.evaluation().map_or(Ok(()), show_evaluation)
}

fn show_evaluation(evaluation: &Evaluation) -> Result<(), Failure> {
    output::line(format_args!(
        "judged by {} choices of {} fans, {} to {}",
        evaluation.choices,
        evaluation.fans,
        evaluation.from.date_naive(),
        evaluation.to.date_naive()
    ))?;
    output::line(format_args!(
        "{:<32}{:>9}{:>9}{:>9}{:>9}{:>16}",
        "", "NDCG@10", "error", "cold", "warm", "log-likelihood"
    ))?;
    for of in &evaluation.figures {
        output::line(format_args!(
            "{:<32}{:>9.4}{:>9.4}{:>9.4}{:>9.4}{:>16.4}",
            of.of, of.ndcg, of.ndcg_error, of.cold, of.warm, of.log_likelihood
        ))?;
    }
    for lead in &evaluation.leads {
        output::line(format_args!(
            "over {:<27}{:>+9.4}, at least {:+.4}; log-likelihood {:+.4}, at least {:+.4}",
            lead.over, lead.ndcg, lead.ndcg_at_least, lead.log_likelihood, lead.log_likelihood_at_least
        ))?;
    }
    Ok(())
}

/// Has all programs use a version: a model of the lake, or `prior`.
async fn choose(config: &Config, version: &str) -> Result<(), Failure> {
    let lake = lake::open(config).await?;
    let prior = Model::prior();
    if version == prior.version() {
        training::publish(&lake, &prior).await?;
    } else {
        // A broken one is refused here, and not by every program.
        read(version, lake.model(version).await?.as_deref())?;
        lake.set_current_model(version).await?;
    }
    Ok(output::line(format_args!("{version} is used by every program within 30 seconds"))?)
}

fn read(version: &str, json: Option<&[u8]>) -> Result<Model, Failure> {
    let json = json.ok_or_else(|| Failure::NoModel(version.to_owned()))?;
    Model::from_json(json).map_err(|error| Failure::Training(format!("version {version}: {error}")))
}
