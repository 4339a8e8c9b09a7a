//! People of the sample, on both sides.
//!
//! What the personnel number of a person is and who leads whom is independent of what the person is
//! prepared for, so that prepared people stand among all others.

use std::collections::HashMap;

use jiff::{ToSpan as _, civil::Date};

use super::{
    SampleParameters, Twin,
    draw::Draw,
    names::{COUNTRIES, Country, Name},
    organisation::Organisation,
};

/// A person; references are codes and personnel numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// Tells people apart even if they have no personnel number. Not a column.
    pub(super) serial: usize,
    pub(super) number: Option<String>,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) title: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) country: Option<String>,
    pub(super) department: Option<String>,
    pub(super) cost_centre: Option<String>,
    pub(super) manager: Option<String>,
    pub(super) birth_date: Option<Date>,
    pub(super) entry_date: Date,
    pub(super) exit_date: Option<Date>,
    /// In hundredths of an hour.
    pub(super) weekly_hours: Option<i64>,
    pub(super) active: bool,
    pub(super) applicant: bool,
}

/// A person who may own an account.
pub(super) struct Owner {
    pub(super) number: String,
    pub(super) display_name: String,
    /// What login names are made of.
    pub(super) login: String,
}

/// The people of both sides, and who of them may be referred to.
pub(super) struct People {
    pub(super) twins: Vec<Twin<Person>>,
    /// People who are known on both sides by their personnel number.
    pub(super) known: Vec<Owner>,
    /// People who are only in the human resources database.
    pub(super) new: Vec<Owner>,
}

/// What a person is prepared for, see the counts of the same names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Equal,
    Namesake,
    DifferingInWaysThatDoNotCount,
    Returned,
    ChangedInHr,
    ChangedInCentral,
    ChangedInBoth,
    EmailUnknownCentrally,
    MatchedByEmail,
    OnlyInHr,
    SharedMailbox,
    DuplicateIdentity,
    OnlyInCentral,
    Outstanding,
    Applicant,
}

impl Role {
    /// Known on both sides by the personnel number.
    const fn known(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::Namesake
                | Self::DifferingInWaysThatDoNotCount
                | Self::Returned
                | Self::ChangedInHr
                | Self::ChangedInCentral
                | Self::ChangedInBoth
                | Self::EmailUnknownCentrally
        )
    }
}

impl Person {
    /// Both names, as the rule *Display name* of the sample project puts them together.
    pub(super) fn display_name(&self) -> String {
        format!("{}, {}", self.last_name, self.first_name)
    }
}

/// A role for each person, in the order of personnel numbers.
fn roles(parameters: &SampleParameters, draw: &mut Draw) -> Vec<Role> {
    let counts = &parameters.people;
    let equal =
        counts.equal() - 2 * counts.namesakes - counts.differing_in_ways_that_do_not_count - counts.returned;
    let mut roles: Vec<Role> = [
        (Role::Equal, equal),
        (Role::Namesake, 2 * counts.namesakes),
        (Role::DifferingInWaysThatDoNotCount, counts.differing_in_ways_that_do_not_count),
        (Role::Returned, counts.returned),
        (Role::ChangedInHr, counts.changed_in_hr),
        (Role::ChangedInCentral, counts.changed_in_central),
        (Role::ChangedInBoth, counts.changed_in_both),
        (Role::EmailUnknownCentrally, counts.email_unknown_centrally),
        (Role::MatchedByEmail, counts.matched_by_email),
        (Role::OnlyInHr, counts.only_in_hr),
        (Role::SharedMailbox, 2 * counts.shared_mailboxes),
        (Role::DuplicateIdentity, counts.duplicate_identities),
        (Role::OnlyInCentral, counts.only_in_central),
        (Role::Outstanding, counts.outstanding),
        (Role::Applicant, counts.applicants),
    ]
    .into_iter()
    .flat_map(|(role, count)| std::iter::repeat_n(role, count))
    .collect();
    draw.shuffle(&mut roles);
    roles
}

fn number(serial: usize) -> String {
    format!("{}", 100_001 + 3 * serial)
}

/// The manager of each person who has one. Managers come *later* in the order of personnel numbers, so that
/// nothing that writes people in this order finds them already there.
fn managers(roles: &[Role], draw: &mut Draw) -> Vec<Option<String>> {
    let known: Vec<usize> = (0..roles.len()).filter(|&index| roles[index].known()).rev().collect();
    let place: HashMap<usize, usize> =
        known.iter().enumerate().map(|(place, &index)| (index, place)).collect();
    let mut later_new: Option<usize> = None;
    let mut managers = vec![None; roles.len()];
    for index in (0..roles.len()).rev() {
        managers[index] = match place.get(&index) {
            // The last one leads, each one has eight people.
            Some(0) => None,
            Some(&place) => Some(number(known[(place - 1) / 8])),
            // Each second new person is led by another new one.
            None if roles[index] == Role::OnlyInHr => match later_new.replace(index) {
                Some(manager) if draw.chance(50) => Some(number(manager)),
                _ => Some(number(known[draw.below(known.len() / 8 + 1)])),
            },
            None => Some(number(known[draw.below(known.len() / 8 + 1)])),
        };
    }
    managers
}

/// Makes people one after the other; sees to it that no two get the same e-mail address by chance.
struct Maker<'a> {
    draw: Draw,
    organisation: &'a Organisation,
    mailboxes: HashMap<String, usize>,
}

impl Maker<'_> {
    fn email(&mut self, first: &Name, last: &Name, country: &Country) -> String {
        let mailbox = format!("{}.{}", first.plain, last.plain);
        let domain = format!("{}.example.com", country.code.to_ascii_lowercase());
        let used = self.mailboxes.entry(format!("{mailbox}@{domain}")).or_default();
        *used += 1;
        match used {
            1 => format!("{mailbox}@{domain}"),
            again => format!("{mailbox}{again}@{domain}"),
        }
    }

    fn phone(&mut self, country: &Country) -> String {
        format!("+{} 555 {:04}", country.calling_code, self.draw.below(10_000))
    }

    fn person(
        &mut self,
        serial: usize,
        role: Role,
        manager: Option<String>,
    ) -> (Person, String, &'static Country) {
        let country = self.draw.pick(&COUNTRIES);
        let (first, last) = (country.first_name(&mut self.draw), country.last_name(&mut self.draw));
        let email = self.email(&first, &last, country);
        let phone = match self.draw.below(10) {
            0 => None,
            1 => Some(String::new()),
            _ => Some(self.phone(country)),
        };
        let draw = &mut self.draw;
        let entry_date = draw.day(1995, 2024);
        let left = draw.chance(6);
        let organisation = self.organisation;
        let new_unit = role == Role::OnlyInHr && draw.chance(30);
        let departments = match new_unit && !organisation.new_department_codes.is_empty() {
            true => &organisation.new_department_codes,
            false => &organisation.department_codes,
        };
        let person = Person {
            serial,
            number: Some(number(serial)),
            title: match draw.below(12) {
                0 => Some("Dr.".to_owned()),
                1 => Some("Prof. Dr.".to_owned()),
                2 => Some(String::new()),
                _ => None,
            },
            // Only people who must be found by it need one.
            email: (role != Role::Equal || draw.chance(95)).then_some(email),
            phone,
            country: Some(country.code.to_owned()),
            department: Some(draw.pick(departments).clone()),
            cost_centre: draw.chance(90).then(|| draw.pick(&organisation.cost_centre_codes).clone()),
            manager,
            birth_date: draw.chance(97).then(|| draw.day(1958, 2004)),
            entry_date,
            exit_date: left.then(|| entry_date.saturating_add(400.days())),
            weekly_hours: Some(*draw.pick(&[4000, 3850, 3750, 3500, 3025, 2000, 1925]))
                .filter(|_| draw.chance(96)),
            active: !left,
            applicant: role == Role::Applicant,
            first_name: first.written,
            last_name: last.written,
        };
        let login = format!("{}{}", last.plain, first.plain.get(..1).unwrap_or_default());
        (person, login, country)
    }

    /// What the identity store still holds of a person whom human resources has changed since: one property
    /// each, in turn.
    fn before_change_in_hr(
        &mut self,
        current: &mut Person,
        central: &mut Person,
        turn: usize,
        country: &Country,
    ) {
        let draw = &mut self.draw;
        match turn % 8 {
            0 => central.last_name = country.other_last_name(draw, &current.last_name).written,
            1 => {
                let new = &self.organisation.new_department_codes;
                central.department = other(draw, &self.organisation.department_codes, &current.department);
                // Some have moved into a department that is new itself.
                if turn % 16 == 1 && !new.is_empty() {
                    current.department = Some(draw.pick(new).clone());
                }
            }
            2 => {
                central.cost_centre = other(draw, &self.organisation.cost_centre_codes, &current.cost_centre);
                let new = &self.organisation.new_cost_centre_codes;
                if turn % 16 == 2 && !new.is_empty() {
                    current.cost_centre = Some(draw.pick(new).clone());
                }
            }
            3 => central.weekly_hours = Some(current.weekly_hours.unwrap_or(4000) - 1),
            4 => {
                current.exit_date = Some(current.entry_date.saturating_add(900.days()));
                current.active = false;
                (central.exit_date, central.active) = (None, true);
            }
            5 => central.manager = None,
            6 => {
                current.title = Some("Mag.".to_owned());
                central.title = None;
            }
            _ => central.country = None,
        }
        // The one who leads all has no manager to lose.
        if turn % 8 == 5 && current.manager.is_none() {
            central.weekly_hours = Some(current.weekly_hours.unwrap_or(4000) - 1);
        }
        central.serial = current.serial;
    }

    /// What human resources still holds of a person whom the identity store has changed since.
    fn before_change_in_central(
        &mut self,
        target: &mut Person,
        central: &mut Person,
        turn: usize,
        country: &Country,
    ) {
        match turn % 4 {
            0 => target.email = target.email.as_ref().map(|email| format!("old.{email}")),
            1 => target.email = None,
            2 => {
                let phone = self.phone(country);
                central.phone = Some(format!("{phone} 1"));
                target.phone = Some(phone);
            }
            // No telephone any more; an empty text is not the same as none in this column.
            _ => (central.phone, target.phone) = (None, Some(String::new())),
        }
    }
}

/// One of the items that is not `current`, if there is one.
fn other(draw: &mut Draw, items: &[String], current: &Option<String>) -> Option<String> {
    let start = draw.below(items.len());
    items.iter().cycle().skip(start).take(items.len()).find(|item| Some(*item) != current.as_ref()).cloned()
}

/// A difference that no rule minds, in turn.
fn differ_without_counting(target: &mut Person, central: &mut Person, turn: usize) {
    match turn % 3 {
        0 => central.email = central.email.as_ref().map(|email| email.to_uppercase()),
        1 => {
            let other = if central.country.as_deref() == Some("GB") { "SE" } else { "GB" };
            central.country = Some(other.to_owned());
        }
        _ => (target.title, central.title) = (Some(String::new()), None),
    }
}

impl People {
    /// The keys of the identities that have a personnel number, by that number.
    pub(super) fn uids(&self, uid: impl Fn(&Person) -> String) -> HashMap<&str, String> {
        self.twins
            .iter()
            .filter_map(|twin| twin.central.as_ref())
            .filter_map(|person| Some((person.number.as_deref()?, uid(person))))
            .collect()
    }

    /// Makes both sides.
    pub(super) fn new(parameters: &SampleParameters, organisation: &Organisation) -> Self {
        let mut draw = Draw::new(parameters.seed, 2);
        let roles = roles(parameters, &mut draw);
        let managers = managers(&roles, &mut draw);
        let mut maker = Maker { draw, organisation, mailboxes: HashMap::new() };
        let mut people = Self { twins: Vec::new(), known: Vec::new(), new: Vec::new() };
        // How many people of the role there were before; pairs of them share something.
        let mut turns: HashMap<u8, usize> = HashMap::new();
        let mut namesake: Option<Person> = None;
        let mut mailbox: Option<String> = None;
        // Identities get numbers behind all others: their order must not give away what is prepared.
        let mut extra = roles.len();
        for (serial, (&role, manager)) in roles.iter().zip(managers).enumerate() {
            let (mut current, login, country) = maker.person(serial, role, manager);
            let turn = {
                let next = turns.entry(role as u8).or_default();
                *next += 1;
                *next - 1
            };
            if role == Role::Namesake {
                match namesake.take() {
                    Some(first) => {
                        current.first_name = first.first_name;
                        current.last_name = first.last_name;
                        current.birth_date = first.birth_date;
                        current.email = first.email;
                    }
                    None => namesake = Some(current.clone()),
                }
            }
            let (mut target, mut central) = (current.clone(), current);
            let twin = match role {
                Role::Equal | Role::Namesake => Twin::pair(target, central),
                Role::Returned => Twin { labelled: true, ..Twin::pair(target, central) },
                Role::DifferingInWaysThatDoNotCount => {
                    differ_without_counting(&mut target, &mut central, turn);
                    Twin::pair(target, central)
                }
                Role::ChangedInHr => {
                    maker.before_change_in_hr(&mut target, &mut central, turn, country);
                    Twin::pair(target, central)
                }
                Role::ChangedInCentral => {
                    maker.before_change_in_central(&mut target, &mut central, turn, country);
                    Twin::pair(target, central)
                }
                Role::ChangedInBoth => {
                    maker.before_change_in_hr(&mut target, &mut central, 3, country);
                    maker.before_change_in_central(&mut target, &mut central, 2, country);
                    Twin::pair(target, central)
                }
                Role::EmailUnknownCentrally => {
                    central.email = None;
                    Twin::pair(target, central)
                }
                Role::MatchedByEmail => {
                    central.number = None;
                    central.email = central.email.map(|email| email.to_uppercase());
                    Twin::pair(target, central)
                }
                Role::OnlyInHr | Role::Applicant => Twin::only_target(target),
                Role::OnlyInCentral => Twin::only_central(central, false),
                Role::Outstanding => Twin::only_central(central, true),
                Role::SharedMailbox => {
                    // The second of two employees gets the address of the first; one identity has it.
                    match mailbox.take() {
                        Some(first) => {
                            target.email = Some(first);
                            Twin::only_target(target)
                        }
                        None => {
                            mailbox.clone_from(&target.email);
                            central.number = None;
                            Twin::pair(target, central)
                        }
                    }
                }
                Role::DuplicateIdentity => {
                    central.number = None;
                    let duplicate = Person { serial: extra, ..central.clone() };
                    extra += 1;
                    people.twins.push(Twin::only_central(duplicate, false));
                    Twin::pair(target, central)
                }
            };
            let owner = twin.target.as_ref().map(|person| Owner {
                number: number(serial),
                display_name: person.display_name(),
                login,
            });
            match owner {
                Some(owner) if role.known() => people.known.push(owner),
                Some(owner) if role == Role::OnlyInHr => people.new.push(owner),
                _ => {}
            }
            people.twins.push(twin);
        }
        people
    }
}
