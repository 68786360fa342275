//! Signs of bots, by the names that settings, logs and decisions have for them.

/// A sign of a program that does not say that it is one, or of tickets that are taken and not paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    DeclaredCrawler,
    /// No program has such a name.
    AbsurdUserAgent,
    /// It says that it is a browser, and sends nothing of what all browsers send.
    Contradiction,
    NoUserAgent,
    NoAccept,
    UnpaidHoldsOfUser,
    UnpaidHoldsOfAddress,
    AccountsOfAddress,
    /// Tickets of one match that were taken from an address, paid or not; or listings that were ordered from there.
    MatchTicketsOfAddress,
    DeclinedCardsOfUser,
    DeclinedCardsOfAddress,
}

impl Signal {
    /// As settings, logs and events name it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::DeclaredCrawler => "declaredCrawler",
            Self::AbsurdUserAgent => "absurdUserAgent",
            Self::Contradiction => "contradiction",
            Self::NoUserAgent => "noUserAgent",
            Self::NoAccept => "noAccept",
            Self::UnpaidHoldsOfUser => "unpaidHoldsOfUser",
            Self::UnpaidHoldsOfAddress => "unpaidHoldsOfAddress",
            Self::AccountsOfAddress => "accountsOfAddress",
            Self::MatchTicketsOfAddress => "matchTicketsOfAddress",
            Self::DeclinedCardsOfUser => "declinedCardsOfUser",
            Self::DeclinedCardsOfAddress => "declinedCardsOfAddress",
        }
    }

    /// What a network of many IPv6 homes is counted as beside each home, where it is.
    pub(crate) fn of_many_homes(self) -> Option<&'static str> {
        match self {
            Self::AccountsOfAddress => Some("accountsOfAddress/48"),
            Self::MatchTicketsOfAddress => Some("matchTicketsOfAddress/48"),
            _ => None,
        }
    }

    /// The names of all that is counted for it.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.as_str()).chain(self.of_many_homes())
    }

    /// Whether a user is counted, and not an address.
    pub(crate) fn is_of_user(self) -> bool {
        matches!(self, Self::UnpaidHoldsOfUser | Self::DeclinedCardsOfUser)
    }
}
