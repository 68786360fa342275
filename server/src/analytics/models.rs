//! Models in use: read from the lake, checked, and exchanged while the program runs.

use std::{sync::Arc, time::Duration};

use analytics::{
    lake::{Current, Lake, LakeError},
    model::{Model, ModelError},
};
use resolvers::models::Models;
use tokio_util::sync::CancellationToken;

use super::lake;
use crate::config::Config;

/// How often the lake is asked which model is to be used.
const LOOK: Duration = Duration::from_secs(30);

/// Why no other model is used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error("version {version}: {error}")]
    Model { version: String, error: ModelError },
}

/// Uses the model that the lake names, until `stop`. One that can't be read or is broken is reported, and the one in use stays.
pub(crate) async fn follow(config: Config, models: Arc<Models>, stop: CancellationToken) {
    let (mut used, mut trouble) = (None, None);
    // What is wrong with it, if anything, is in the settings, which do not change.
    let lake = lake::open_for_reading(&config);
    loop {
        let now = match &lake {
            Ok(lake) => look(lake, &models, &mut used).await.err().map(|error| error.to_string()),
            Err(failure) => Some(failure.to_string()),
        };
        match &now {
            Some(reason) if trouble != now => {
                metrics::counter!("matchday_models_refused_total").increment(1);
                tracing::warn!(%reason, "the recommendations' model in the lake can't be used; keeping the one in use");
            }
            None if trouble.is_some() => tracing::info!("the recommendations' model in the lake can be used again"),
            _ => {}
        }
        trouble = now;
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}

/// Exchanges the model where the lake names another one than is used.
async fn look(lake: &Lake, models: &Models, used: &mut Option<Current>) -> Result<(), Unusable> {
    let Some(named) = lake.current_version().await? else { return Ok(()) };
    if used.as_ref() == Some(&named) {
        return Ok(());
    }
    let Some((current, json)) = lake.current_model().await? else { return Ok(()) };
    let unusable = |error| Unusable::Model { version: current.version.clone(), error };
    let model = Model::from_json(&json).map_err(unusable)?;
    tracing::info!(
        version = model.version(),
        bookings = model.bookings(),
        "recommendations are ranked by another model"
    );
    models.exchange(model);
    *used = Some(current);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The prior under another name.
    fn named(version: &str) -> Vec<u8> {
        let json = Model::prior().to_json().expect("it can be written");
        let mut model: Value = serde_json::from_slice(&json).expect("it is JSON");
        model["facts"]["version"] = json!(version);
        serde_json::to_vec(&model).expect("it is JSON")
    }

    #[tokio::test]
    async fn the_model_that_the_lake_names_is_used_and_a_broken_one_leaves_the_one_before() {
        let folder = std::env::temp_dir().join(format!("matchday-models-{}", uuid::Uuid::new_v4()));
        let config = Config { data_dir: folder.clone(), ..Config::default() };
        let lake = lake::open(&config).await.expect("a folder holds a lake");
        let (models, mut used) = (Models::default(), None);

        look(&lake, &models, &mut used).await.expect("it names none yet");
        assert_eq!((models.current().version(), models.generation()), ("prior", 0));

        lake.put_model("one", named("one").into()).await.expect("it is taken");
        lake.set_current_model("one").await.expect("it is there");
        for _ in 0..2 {
            look(&lake, &models, &mut used).await.expect("it can be used");
            assert_eq!((models.current().version(), models.generation()), ("one", 1), "it is exchanged once");
        }

        lake.put_model("two", b"{}".to_vec().into()).await.expect("it is taken");
        lake.set_current_model("two").await.expect("it is there");
        let refused = look(&lake, &models, &mut used).await.expect_err("it is no model").to_string();
        assert!(refused.contains("version two"), "{refused}");
        assert_eq!(models.current().version(), "one");

        lake.set_current_model("one").await.expect("it is there");
        look(&lake, &models, &mut used).await.expect("it can be used");
        std::fs::remove_dir_all(folder).expect("it was made here");
    }
}
