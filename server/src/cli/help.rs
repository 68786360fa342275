//! What the help says after the commands: examples, exit codes, and every setting.

use std::{fmt::Write as _, sync::LazyLock};

use crate::config::catalog::{SETTINGS, Setting};

pub(super) const SHORT: &str = "`matchday --help` shows examples and every setting.";

/// The version, and the commit where the build was told of it.
pub(super) static VERSION: LazyLock<String> =
    LazyLock::new(|| match option_env!("BUILD_REVISION").unwrap_or_default() {
        "" => env!("CARGO_PKG_VERSION").to_owned(),
        revision => format!("{} ({revision})", env!("CARGO_PKG_VERSION")),
    });

pub(crate) const EXAMPLES: &str =
    "  matchday                        everything on this machine: SQLite, an embedded Kafka broker
  MATCHDAY_BIND=0.0.0.0:80 matchday
                                  the same, on port 80 of every address
  DATABASE_URL=postgres://… REDIS_URL=redis://… KAFKA_BROKERS=host:9092 matchday
                                  on real services; any number of instances side by side
  matchday serve --visitors-only  the same settings, for visitors alone; two of `matchday worker` do the rest
  MATCHDAY_WEB_API_URL=http://10.0.0.7:8000 matchday storefront
                                  the fans' pages alone, on an API that runs elsewhere
  matchday migrate up             bring the tables of DATABASE_URL up to date
  matchday copy-database          then take there what the embedded database has, to go on from it
  matchday masterlist check FILE  report every wrong line of a master list
  matchday user create ana@example.com --role admin
                                  the first admin; prints the password
  matchday key rotate             sign access tokens with a new key
  matchday address import drop.txt --replace-source drop --expires 7d
                                  block a list of networks until it is imported again
  matchday config                 what is in force, and where each setting came from
  matchday health                 whether the program with the same settings is ready";

/// Of a master list, one match a line.
pub(crate) const WIRE_FORMAT: &str = "  {\"matchNumber\":1,\"roundNumber\":1,\"dateUtc\":\"2022-11-20T16:00:00Z\",
   \"location\":\"Al Bayt Stadium\",\"homeTeam\":\"Qatar\",\"awayTeam\":\"Ecuador\",\"group\":\"A\",
   \"availability\":{\"category1\":{\"available\":20,\"pending\":0,\"price\":75}}}";

pub(crate) const EXIT_CODES: &str = "  0  done, or stopped by a signal and everything ended in order
  1  failed
  2  wrong usage or wrong settings; nothing was started";

/// Examples first, then every setting with its environment name; the edge's many limits by their names only.
pub(super) static LONG: LazyLock<String> = LazyLock::new(|| {
    let mut text = format!(
        "Examples:\n{EXAMPLES}\n\nThe wire format of a master list, one match a line:\n{WIRE_FORMAT}\n\n\
         Exit codes:\n{EXIT_CODES}\n\n\
         Settings (defaults, then the settings file, then the environment; an empty variable is unset):\n"
    );
    let (edge, ours) = settings();
    for setting in ours {
        write!(text, "  {}  [{}]\n        {}\n", setting.env, setting.path, setting.help)
            .expect("a String takes all text");
    }
    text.push_str(
        "\nLimits of the edge, in the section [transport] of the file; `matchday config` shows their values:\n",
    );
    for setting in edge {
        writeln!(text, "  {}", setting.env).expect("a String takes all text");
    }
    text
});

/// The settings of the edge, which are many, and the others.
pub(crate) fn settings() -> (Vec<&'static Setting>, Vec<&'static Setting>) {
    SETTINGS.iter().partition(|setting| setting.path.starts_with("transport."))
}
