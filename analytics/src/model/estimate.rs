//! The estimation of rates and tastes from sums of bookings.

use super::{
    cells::{Cells, Row, Variant},
    counts::FEWEST_PEOPLE,
    learned::{Group, Settings},
    teams::{Relation, TEAMS, Team, relations},
};

/// Hours are put together to so many spans, in each of which about as much is booked.
const BUCKETS: usize = 48;

/// Sums up to an hour.
pub(crate) struct Table {
    buckets: usize,
    /// By bucket, then variant: which part of it it was on sale.
    on_sale: Vec<f64>,
    /// By bucket: what a booking in it weighs for the rates.
    weights: Vec<f64>,
    /// By group, then bucket: how much was booked.
    booked: Vec<f64>,
    /// By group, then variant.
    of_variant: Vec<f64>,
    /// By slot, with what the buckets weigh.
    of_match: Vec<f64>,
    relations: Vec<[Relation; TEAMS]>,
}

impl Table {
    pub(crate) fn new(cells: &Cells<'_>, until: i64, settings: &Settings) -> Self {
        let hours = cells.hours.partition_point(|hour| *hour < until);
        let rows = &cells.rows[..cells.rows.partition_point(|row| row.hour < hours)];
        let weight = |row: &Row| f64::from(row.sold) + settings.held_weight * f64::from(row.held);
        let mut of_hour = vec![0.0; hours];
        for row in rows {
            of_hour[row.hour] += weight(row);
        }
        let total: f64 = of_hour.iter().sum();
        let (mut bucket_of, mut before) = (Vec::with_capacity(hours), 0.0);
        for booked in &of_hour {
            let bucket = (before / total.max(f64::MIN_POSITIVE) * BUCKETS as f64).floor();
            bucket_of.push((0..BUCKETS).rfind(|at| *at as f64 <= bucket).unwrap_or_default());
            before += booked;
        }
        let (variants, groups) = (cells.variants.len(), cells.groups.len());
        let mut table = Self {
            buckets: BUCKETS,
            on_sale: vec![0.0; BUCKETS * variants],
            weights: vec![0.0; BUCKETS],
            booked: vec![0.0; groups * BUCKETS],
            of_variant: vec![0.0; groups * variants],
            of_match: vec![0.0; cells.timeline.numbers.len()],
            relations: cells
                .groups
                .iter()
                .map(|name| relations(Some(name.as_str()).filter(|name| !name.is_empty()), &cells.playing))
                .collect(),
        };
        let mut of_bucket = vec![0.0; BUCKETS];
        for (hour, bucket) in bucket_of.iter().enumerate() {
            let age_days = (until - cells.hours[hour]) as f64 / 24.0;
            let decay = settings.half_life_days.map_or(1.0, |half_life| (-age_days / half_life).exp2());
            table.weights[*bucket] += decay * of_hour[hour];
            of_bucket[*bucket] += of_hour[hour];
            for variant in 0..variants {
                table.on_sale[bucket * variants + variant] += of_hour[hour] * cells.on_sale[hour * variants + variant];
            }
        }
        for bucket in (0..BUCKETS).filter(|bucket| of_bucket[*bucket] > 0.0) {
            table.weights[bucket] /= of_bucket[bucket];
            for part in &mut table.on_sale[bucket * variants..(bucket + 1) * variants] {
                *part /= of_bucket[bucket];
            }
        }
        for row in rows {
            let bucket = bucket_of[row.hour];
            table.booked[row.group * BUCKETS + bucket] += weight(row);
            table.of_variant[row.group * variants + row.variant] += weight(row);
            table.of_match[cells.variants[row.variant].slot] += weight(row) * table.weights[bucket];
        }
        table
    }

    /// Everybody as one group of no country.
    pub(crate) fn pooled(&self) -> Self {
        let sum = |of: &[f64], width: usize| {
            let mut sums = vec![0.0; width];
            for row in of.chunks(width.max(1)) {
                sums.iter_mut().zip(row).for_each(|(sum, part)| *sum += part);
            }
            sums
        };
        let variants = self.on_sale.len() / self.buckets;
        Self {
            buckets: self.buckets,
            on_sale: self.on_sale.clone(),
            weights: self.weights.clone(),
            booked: sum(&self.booked, self.buckets),
            of_variant: sum(&self.of_variant, variants),
            of_match: self.of_match.clone(),
            relations: vec![[Relation::Other; TEAMS]],
        }
    }
}

pub(crate) struct Estimate {
    pub(crate) rates: Vec<f64>,
    /// By group.
    pub(crate) teams: Vec<[f64; TEAMS]>,
    /// By group, then slot.
    pub(crate) matches: Vec<Vec<f64>>,
}

impl Estimate {
    pub(crate) fn new(cells: &Cells<'_>, table: &Table) -> Self {
        let slots = cells.timeline.numbers.len();
        let groups = table.relations.len();
        Self { rates: vec![1.0; slots], teams: vec![[1.0; TEAMS]; groups], matches: vec![vec![1.0; slots]; groups] }
    }

    /// What a team is worth to a group.
    fn worth(&self, table: &Table, group: usize, team: Option<Team>) -> f64 {
        team.map_or(1.0, |team| table.relations[group][team.slot()].weight() * self.teams[group][team.slot()])
    }

    fn taste(&self, table: &Table, group: usize, variant: &Variant) -> f64 {
        let [home, guests] = variant.teams;
        let teams = (self.worth(table, group, home) + self.worth(table, group, guests)) / 2.0;
        teams * variant.round * self.matches[group][variant.slot]
    }

    /// For each variant, how many bookings of a group `on_sale / sum` stands for, and the same with the weights of buckets.
    fn exposure(&self, cells: &Cells<'_>, table: &Table, group: usize) -> (Vec<f64>, Vec<f64>) {
        let variants = cells.variants.len();
        let taste: Vec<f64> =
            cells.variants.iter().map(|variant| self.taste(table, group, variant) * self.rates[variant.slot]).collect();
        let (mut plain, mut weighed) = (vec![0.0; variants], vec![0.0; variants]);
        for bucket in 0..table.buckets {
            let booked = table.booked[group * table.buckets + bucket];
            if booked == 0.0 {
                continue;
            }
            let on_sale = &table.on_sale[bucket * variants..(bucket + 1) * variants];
            let sum: f64 = on_sale.iter().zip(&taste).map(|(part, taste)| part * taste).sum();
            let each = booked / sum.max(f64::MIN_POSITIVE);
            for variant in 0..variants {
                let exposure = each * on_sale[variant];
                plain[variant] += exposure;
                weighed[variant] += exposure * table.weights[bucket];
            }
        }
        (plain, weighed)
    }

    pub(crate) fn move_rates(&mut self, cells: &Cells<'_>, table: &Table, settings: &Settings) {
        let mut expected = vec![0.0; self.rates.len()];
        for group in 0..self.teams.len() {
            let (_, weighed) = self.exposure(cells, table, group);
            for (variant, exposure) in cells.variants.iter().zip(weighed) {
                expected[variant.slot] += exposure * self.taste(table, group, variant);
            }
        }
        for (slot, expected) in expected.into_iter().enumerate() {
            self.rates[slot] = (settings.rate_strength + table.of_match[slot]) / (settings.rate_strength + expected);
        }
    }

    pub(crate) fn move_tastes(&mut self, cells: &Cells<'_>, table: &Table, settings: &Settings) {
        for group in 0..self.teams.len() {
            let (booked, expected) = self.by_team(cells, table, group);
            for slot in 0..TEAMS {
                let weight = table.relations[group][slot].weight();
                self.teams[group][slot] =
                    (settings.team_strength + booked[slot]) / (settings.team_strength + expected[slot] * weight);
            }
            let (plain, _) = self.exposure(cells, table, group);
            let mut sums = vec![(0.0, 0.0); self.rates.len()];
            for (at, variant) in cells.variants.iter().enumerate() {
                let beside = self.taste(table, group, variant) / self.matches[group][variant.slot];
                sums[variant.slot].0 += table.of_variant[group * cells.variants.len() + at];
                sums[variant.slot].1 += plain[at] * self.rates[variant.slot] * beside;
            }
            for (slot, (booked, expected)) in sums.into_iter().enumerate() {
                self.matches[group][slot] = (settings.match_strength + booked) / (settings.match_strength + expected);
            }
        }
    }

    /// By team: the bookings that are put down to it, and what each unit of its worth lets expect.
    fn by_team(&self, cells: &Cells<'_>, table: &Table, group: usize) -> ([f64; TEAMS], [f64; TEAMS]) {
        let (plain, _) = self.exposure(cells, table, group);
        let (mut booked, mut expected) = ([0.0; TEAMS], [0.0; TEAMS]);
        for (at, variant) in cells.variants.iter().enumerate() {
            let of_variant = table.of_variant[group * cells.variants.len() + at];
            let worth = variant.teams.map(|team| self.worth(table, group, team));
            let sum = worth[0] + worth[1];
            for (team, worth) in variant.teams.into_iter().zip(worth) {
                let Some(team) = team else { continue };
                booked[team.slot()] += of_variant * worth / sum;
                let beside = self.rates[variant.slot] * variant.round * self.matches[group][variant.slot] / 2.0;
                expected[team.slot()] += plain[at] * beside;
            }
        }
        (booked, expected)
    }

    /// The taste of a group as it is written down: teams that fewer than ten people booked are one, and such matches none.
    pub(crate) fn group(
        &self,
        cells: &Cells<'_>,
        table: &Table,
        at: usize,
        settings: &Settings,
        name: &str,
    ) -> Option<Group> {
        let variants = cells.variants.len();
        let of_variant = &table.of_variant[at * variants..(at + 1) * variants];
        if of_variant.iter().sum::<f64>() < FEWEST_PEOPLE as f64 {
            return None;
        }
        let mut group = Group::empty(self.rates.len());
        let mut known_teams = Vec::new();
        let mut known = vec![false; self.rates.len()];
        for (slot, number) in cells.timeline.numbers.iter().enumerate() {
            let of_slot = cells.variants.iter().zip(of_variant).filter(|(variant, _)| variant.slot == slot);
            let (booked, people) =
                (of_slot.map(|(_, booked)| booked).sum::<f64>(), cells.people_of_group(name, *number));
            if booked >= FEWEST_PEOPLE as f64 && people >= FEWEST_PEOPLE {
                known[slot] = true;
                group.known_matches.push(slot);
                group.matches[slot] = self.matches[at][slot].ln();
            }
        }
        for (variant, booked) in cells.variants.iter().zip(of_variant).filter(|(variant, _)| known[variant.slot]) {
            if *booked > 0.0 {
                known_teams.extend(variant.teams.into_iter().flatten());
            }
        }
        let (booked, expected) = self.by_team(cells, table, at);
        let (mut of_others, mut expected_of_others) = (settings.team_strength, settings.team_strength);
        for team in cells.playing.iter().filter(|team| !known_teams.contains(team)) {
            of_others += booked[team.slot()];
            expected_of_others += expected[team.slot()] * table.relations[at][team.slot()].weight();
        }
        group.teams.fill(of_others / expected_of_others);
        for team in known_teams {
            if !group.known_teams.contains(&team) {
                group.teams[team.slot()] = self.teams[at][team.slot()];
                group.known_teams.push(team);
            }
        }
        Some(group)
    }
}
