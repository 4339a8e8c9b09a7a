//! Accounts, groups and memberships of the sample, on both sides.

use std::collections::HashMap;

use jiff::civil::{Date, DateTime};

use super::{
    GroupCounts, SampleParameters, Twin,
    draw::Draw,
    people::{Owner, People},
};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    /// What the GUID is made of; stays when the login name changes. Not a column.
    pub(super) origin: String,
    pub(super) login: String,
    pub(super) owner: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) enabled: bool,
    pub(super) last_logon: Option<DateTime>,
    /// In another target system; only centrally.
    pub(super) other_system: bool,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) description: Option<String>,
}

/// A membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Membership {
    pub(super) login: String,
    pub(super) group: String,
    pub(super) valid_from: Option<Date>,
}

/// Accounts, groups and memberships of both sides.
pub(super) struct Accounts {
    pub(super) accounts: Vec<Twin<Account>>,
    pub(super) groups: Vec<Twin<Group>>,
    pub(super) memberships: Vec<Twin<Membership>>,
}

/// Logins of the accounts that are members of groups.
#[derive(Default)]
struct Members {
    both: Vec<String>,
    only_in_hr: Vec<String>,
    only_in_central: Vec<String>,
    outstanding: Vec<String>,
}

/// Makes accounts; sees to it that no login name is given twice.
struct Maker {
    draw: Draw,
    logins: HashMap<String, usize>,
}

impl Maker {
    fn login(&mut self, wanted: &str) -> String {
        let used = self.logins.entry(wanted.to_owned()).or_default();
        *used += 1;
        match used {
            1 => wanted.to_owned(),
            again => format!("{wanted}{again}"),
        }
    }

    fn last_logon(&mut self) -> Option<DateTime> {
        let draw = &mut self.draw;
        let day = draw.chance(85).then(|| draw.day(2023, 2024))?;
        let part = |draw: &mut Draw, end: usize| i8::try_from(draw.below(end)).unwrap_or(0);
        let (hour, minute, second) = (part(draw, 24), part(draw, 60), part(draw, 60));
        // Some with a fraction of a second: the database keeps as many digits as it is given.
        let nanosecond = if draw.chance(20) { 250_000_000 } else { 0 };
        Some(day.at(hour, minute, second, nanosecond))
    }

    fn account(&mut self, owner: &Owner) -> Account {
        let login = self.login(&owner.login);
        Account {
            origin: login.clone(),
            login,
            owner: Some(owner.number.clone()),
            display_name: Some(owner.display_name.clone()),
            enabled: self.draw.chance(95),
            last_logon: self.last_logon(),
            other_system: false,
        }
    }

    fn technical(&mut self, number: usize) -> Account {
        let login = self.login(&format!("svc-{:02}", number + 1));
        Account {
            origin: login.clone(),
            login,
            owner: None,
            display_name: None,
            enabled: true,
            last_logon: self.last_logon(),
            other_system: false,
        }
    }
}

impl Accounts {
    /// Makes both sides.
    pub(super) fn new(parameters: &SampleParameters, people: &People) -> Self {
        let mut maker = Maker { draw: Draw::new(parameters.seed, 3), logins: HashMap::new() };
        let mut members = Members::default();
        let accounts = accounts(parameters, people, &mut maker, &mut members);
        let mut draw = maker.draw;
        let groups = groups(&parameters.groups);
        let memberships = memberships(parameters, &groups, &members, &mut draw);
        Self { accounts, groups, memberships }
    }
}

fn accounts(
    parameters: &SampleParameters,
    people: &People,
    maker: &mut Maker,
    members: &mut Members,
) -> Vec<Twin<Account>> {
    let counts = &parameters.accounts;
    let mut known: Vec<&Owner> = people.known.iter().collect();
    maker.draw.shuffle(&mut known);
    let mut owners = known.into_iter();
    let mut twins = Vec::new();
    for number in 0..counts.technical {
        twins.push(Twin::equal(maker.technical(number)));
    }
    for (turn, owner) in owners.by_ref().take(counts.total - counts.technical).enumerate() {
        let mut twin = Twin::equal(maker.account(owner));
        vary(&mut twin, parameters, turn);
        members.both.extend(twin.target.as_ref().map(|account| account.login.clone()));
        twins.push(twin);
    }
    for owner in owners.by_ref().take(counts.renamed) {
        let target = maker.account(owner);
        let central = Account { login: maker.login(&format!("{}-old", owner.login)), ..target.clone() };
        twins.push(Twin::pair(target, central));
    }
    let new = people.new.iter().take(counts.of_new_people());
    let hired_before = counts.only_in_hr - counts.of_new_people();
    for owner in new.chain(owners.by_ref().take(hired_before)) {
        let account = maker.account(owner);
        members.only_in_hr.push(account.login.clone());
        twins.push(Twin::only_target(account));
    }
    // Accounts that the human resources database has never seen cannot have been used there.
    for owner in owners.by_ref().take(counts.only_in_central) {
        let account = Account { enabled: true, last_logon: None, ..maker.account(owner) };
        members.only_in_central.push(account.login.clone());
        twins.push(Twin::only_central(account, false));
    }
    for owner in owners.by_ref().take(counts.only_in_central_disabled) {
        let account = Account { enabled: false, last_logon: None, ..maker.account(owner) };
        twins.push(Twin::only_central(account, false));
    }
    for owner in owners.by_ref().take(counts.owners_of_two) {
        let central = maker.account(owner);
        for suffix in ["admin", "user"] {
            let login = maker.login(&format!("{}-{suffix}", owner.login));
            twins.push(Twin::only_target(Account { origin: login.clone(), login, ..central.clone() }));
        }
        twins.push(Twin::only_central(central, false));
    }
    for owner in owners.by_ref().take(counts.outstanding) {
        let account = maker.account(owner);
        members.outstanding.push(account.login.clone());
        twins.push(Twin::only_central(account, true));
    }
    for owner in people.known.iter().take(counts.other_system) {
        let mut account = maker.account(owner);
        account.login = format!("CORP\\{}", account.login);
        twins.push(Twin::only_central(Account { other_system: true, ..account }, false));
    }
    twins
}

/// Lets the sides differ in what the account of this turn is prepared for.
fn vary(twin: &mut Twin<Account>, SampleParameters { accounts: counts, .. }: &SampleParameters, turn: usize) {
    let Twin { target: Some(target), central: Some(central), labelled } = twin else { return };
    let display_name = counts.display_name_changed;
    let disabled = display_name + counts.disabled_centrally;
    let logged_on = disabled + counts.logged_on;
    if turn < display_name {
        central.display_name = if turn.is_multiple_of(5) { None } else { Some(central.login.clone()) };
    } else if turn < disabled {
        (target.enabled, central.enabled) = (true, false);
    } else if turn < logged_on {
        target.last_logon = Some(Date::constant(2025, 1, 2).at(7, 30, 0, 0));
        if turn.is_multiple_of(4) {
            central.last_logon = None;
        }
    } else if turn < logged_on + counts.returned {
        *labelled = true;
    }
}

const GROUP_KINDS: [&str; 4] = ["Readers", "Editors", "Approvers", "Админы"];
const GROUP_TOPICS: [&str; 20] = [
    "Payroll",
    "Zeiterfassung",
    "Contracts",
    "Travel",
    "Training",
    "Reisekosten",
    "Invoices",
    "Stock",
    "Fleet",
    "Canteen",
    "Buildings",
    "Visitors",
    "Tickets",
    "Wiki",
    "Forecast",
    "Budget",
    "Audit",
    "Payslips",
    "Bonus",
    "Pension",
];

fn groups(counts: &GroupCounts) -> Vec<Twin<Group>> {
    let all = counts.total + counts.only_in_hr + counts.only_in_central + counts.outstanding;
    (0..all)
        .map(|index| {
            let (topic, kind) = (GROUP_TOPICS[index % GROUP_TOPICS.len()], GROUP_KINDS[(index / 20) % 4]);
            let series = index / (GROUP_TOPICS.len() * GROUP_KINDS.len());
            let suffix = if series == 0 { String::new() } else { format!(" {}", series + 1) };
            let group = Group {
                name: format!("{topic} {kind}{suffix}"),
                description: (index % 7 != 6
                    || index < counts.description_changed + counts.description_empty)
                    .then(|| format!("{kind} of \"{topic}\"; 100 % synthetic")),
            };
            let empty = counts.description_changed + counts.description_empty;
            if index < counts.description_changed {
                let central = Group { description: Some(format!("{kind} ({topic})")), ..group.clone() };
                Twin::pair(group, central)
            } else if index < empty {
                let central = Group { description: None, ..group.clone() };
                Twin::pair(Group { description: Some(String::new()), ..group }, central)
            } else if index < counts.total {
                Twin { labelled: index + counts.returned >= counts.total, ..Twin::equal(group) }
            } else if index < counts.total + counts.only_in_hr {
                Twin::only_target(group)
            } else {
                Twin::only_central(group, index >= all - counts.outstanding)
            }
        })
        .collect()
}

fn memberships(
    parameters: &SampleParameters,
    groups: &[Twin<Group>],
    members: &Members,
    draw: &mut Draw,
) -> Vec<Twin<Membership>> {
    let SampleParameters { groups: group_counts, memberships: counts, .. } = parameters;
    let names: Vec<&str> = groups
        .iter()
        .filter_map(|twin| twin.target.as_ref().or(twin.central.as_ref()))
        .map(|group| group.name.as_str())
        .collect();
    let both = &names[..group_counts.total];
    let membership = |draw: &mut Draw, login: &str, group: &str| Membership {
        login: login.to_owned(),
        group: group.to_owned(),
        valid_from: draw.chance(90).then(|| draw.day(2018, 2024)),
    };
    // Groups in a row from a random one on: all different, and one is left for the odd membership.
    let several = |draw: &mut Draw, login: &str, count: usize| -> Vec<Membership> {
        let first = draw.below(both.len());
        (0..count).map(|step| membership(draw, login, both[(first + step) % both.len()])).collect()
    };
    let mut twins = Vec::new();
    let mut odd = Vec::new();
    for (turn, login) in members.both.iter().enumerate() {
        let is_odd = turn < counts.odd_ones();
        let mut of_account = several(draw, login, counts.per_account + usize::from(is_odd));
        if let Some(extra) = of_account.pop_if(|_| is_odd) {
            odd.push(if turn < counts.only_in_hr {
                Twin::only_target(extra)
            } else {
                Twin::only_central(extra, turn >= counts.only_in_hr + counts.only_in_central)
            });
        }
        twins.extend(of_account.into_iter().map(Twin::equal));
    }
    for (turn, twin) in twins.iter_mut().enumerate() {
        if turn < counts.date_changed {
            if let Some(central) = twin.central.as_mut() {
                central.valid_from = central.valid_from.map_or(Some(Date::constant(2020, 2, 29)), |_| None);
            }
        } else if turn < counts.date_changed + counts.returned {
            twin.labelled = true;
        }
    }
    twins.append(&mut odd);
    for (logins, make) in [
        (&members.only_in_hr, Twin::only_target as fn(Membership) -> Twin<Membership>),
        (&members.only_in_central, |membership| Twin::only_central(membership, false)),
        (&members.outstanding, |membership| Twin::only_central(membership, true)),
    ] {
        for login in logins {
            twins.extend(several(draw, login, counts.per_account).into_iter().map(make));
        }
    }
    for lone in groups.iter().filter(|twin| twin.target.is_none() || twin.central.is_none()) {
        let Some(group) = lone.target.as_ref().or(lone.central.as_ref()) else { continue };
        let first = draw.below(members.both.len());
        for step in 0..counts.per_lone_group {
            let membership =
                membership(draw, &members.both[(first + step) % members.both.len()], &group.name);
            twins.push(match lone.target {
                Some(_) => Twin::only_target(membership),
                None => Twin::only_central(membership, lone.labelled),
            });
        }
    }
    twins
}
