//! What the help says after the commands: examples, exit codes, and every setting.

use std::{fmt::Write as _, sync::LazyLock};

use crate::config::catalog::SETTINGS;

pub(super) const SHORT: &str = "`matchday --help` shows examples and every setting.";

/// The version, and the commit where the build names one.
pub(super) static VERSION: LazyLock<String> =
    LazyLock::new(|| match option_env!("BUILD_REVISION").unwrap_or_default() {
        "" => env!("CARGO_PKG_VERSION").to_owned(),
        revision => format!("{} ({revision})", env!("CARGO_PKG_VERSION")),
    });

pub(crate) const EXAMPLES: &str =
    "  matchday                        run everything on this machine: SQLite, an embedded Kafka broker
  MATCHDAY_BIND=0.0.0.0:80 matchday
                                  the same, on port 80 of all addresses
  DATABASE_URL=postgres://… REDIS_URL=redis://… KAFKA_BROKERS=host:9092 matchday
                                  run on real services, as any number of instances
  matchday serve --visitors-only  the same settings, only for visitors; two `matchday worker`s do the rest
  MATCHDAY_WEB_API_URL=http://10.0.0.7:8000 matchday storefront
                                  serve only the fans' pages, on an API that runs elsewhere
  matchday migrate up             bring the tables of DATABASE_URL up to date
  matchday copy-database          then copy the embedded database into it
  matchday analytics              write the lake of bookings from Kafka, for the model and for reports
  matchday lake rebuild           complete that lake from the database
  matchday masterlist check FILE  report every wrong line of a master list
  matchday user create ana@example.com --role admin
                                  create the first admin and print the password
  matchday key rotate             sign access tokens with a new key
  matchday address import drop.txt --replace-source drop --expires 7d
                                  block the networks of a list for 7 days, or until the next import
  matchday config                 print the settings in force and where each comes from
  matchday health                 ask whether the program with the same settings is ready";

/// Of a master list, one match a line.
pub(crate) const WIRE_FORMAT: &str = "  {\"matchNumber\":1,\"roundNumber\":1,\"dateUtc\":\"2022-11-20T16:00:00Z\",
   \"location\":\"Al Bayt Stadium\",\"homeTeam\":\"Qatar\",\"awayTeam\":\"Ecuador\",\"group\":\"A\",
   \"availability\":{\"category1\":{\"available\":20,\"pending\":0,\"price\":75}}}";

pub(crate) const EXIT_CODES: &str = "  0  done, or shut down gracefully by a signal
  1  failed
  2  wrong usage or wrong settings; nothing was started";

/// Examples first, then every setting with its environment name.
pub(super) static LONG: LazyLock<String> = LazyLock::new(|| {
    let mut text = format!(
        "Examples:\n{EXAMPLES}\n\nThe wire format of a master list, one match a line:\n{WIRE_FORMAT}\n\n\
         Exit codes:\n{EXIT_CODES}\n\n\
         Settings (defaults, then the settings file, then the environment; an empty variable is unset):\n"
    );
    for setting in SETTINGS.iter() {
        write!(text, "  {}  [{}]\n        {}\n", setting.env, setting.path, setting.help)
            .expect("a String takes all text");
    }
    text
});
