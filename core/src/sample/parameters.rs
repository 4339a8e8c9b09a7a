//! How much of what the sample holds: one number per prepared situation, and what follows from them.

use super::SampleError;

/// What the sample databases hold. Equal parameters give equal databases, row for row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SampleParameters {
    /// Start of the random numbers: names, dates, who belongs where. No count depends on it.
    pub seed: u64,
    /// Departments.
    pub departments: DepartmentCounts,
    /// Cost centres.
    pub cost_centres: CostCentreCounts,
    /// People.
    pub people: PeopleCounts,
    /// Accounts.
    pub accounts: AccountCounts,
    /// Groups.
    pub groups: GroupCounts,
    /// Memberships.
    pub memberships: MembershipCounts,
}

/// How many departments are prepared for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentCounts {
    /// In the human resources database.
    pub total: usize,
    /// Of these: have another name centrally.
    pub renamed: usize,
    /// Of these: have another parent centrally.
    pub moved: usize,
    /// Of these: not in the identity store. Each second one is the child of the one before it.
    pub only_in_hr: usize,
    /// Only in the identity store.
    pub only_in_central: usize,
    /// Only in the identity store, and labelled as outstanding.
    pub outstanding: usize,
    /// On both sides and equal, but still labelled as outstanding.
    pub returned: usize,
}

impl Default for DepartmentCounts {
    fn default() -> Self {
        Self {
            total: 64,
            renamed: 4,
            moved: 3,
            only_in_hr: 4,
            only_in_central: 3,
            outstanding: 2,
            returned: 1,
        }
    }
}

/// How many cost centres are prepared for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostCentreCounts {
    /// In the human resources database.
    pub total: usize,
    /// Of these: have another budget centrally.
    pub budget_changed: usize,
    /// Of these: not in the identity store.
    pub only_in_hr: usize,
    /// Only in the identity store.
    pub only_in_central: usize,
    /// Only in the identity store, and labelled as outstanding.
    pub outstanding: usize,
    /// On both sides and equal, but still labelled as outstanding.
    pub returned: usize,
}

impl Default for CostCentreCounts {
    fn default() -> Self {
        Self { total: 80, budget_changed: 6, only_in_hr: 3, only_in_central: 2, outstanding: 1, returned: 1 }
    }
}

/// How many people are prepared for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleCounts {
    /// Employees in the human resources database, without applicants.
    pub total: usize,
    /// Applicants: in the human resources database, but outside of the synchronized class.
    pub applicants: usize,
    /// Of the total: human resources has changed a property that it owns.
    pub changed_in_hr: usize,
    /// Of the total: the identity store has changed a property that it owns, e-mail or telephone.
    pub changed_in_central: usize,
    /// Of the total: both of that.
    pub changed_in_both: usize,
    /// Of the total: the identity store knows no e-mail address, human resources does.
    pub email_unknown_centrally: usize,
    /// Of the total: the identity store knows no personnel number; the e-mail address matches.
    pub matched_by_email: usize,
    /// Of the total: not in the identity store.
    pub only_in_hr: usize,
    /// Ambiguous: two employees share the e-mail address of one identity without personnel number. Two of
    /// the total each.
    pub shared_mailboxes: usize,
    /// Ambiguous: two identities without personnel number share the e-mail address of one employee. One of
    /// the total each.
    pub duplicate_identities: usize,
    /// Pairs of equal people with the same name, date of birth and e-mail address, which the personnel
    /// number tells apart. They count as equal.
    pub namesakes: usize,
    /// Equal people whose properties differ in ways that no rule minds: another case of the e-mail address,
    /// another country that must not be overwritten, an empty instead of a missing title.
    pub differing_in_ways_that_do_not_count: usize,
    /// Only in the identity store.
    pub only_in_central: usize,
    /// Only in the identity store, and labelled as outstanding.
    pub outstanding: usize,
    /// On both sides and equal, but still labelled as outstanding.
    pub returned: usize,
}

impl Default for PeopleCounts {
    fn default() -> Self {
        Self {
            total: 2400,
            applicants: 24,
            changed_in_hr: 64,
            changed_in_central: 45,
            changed_in_both: 10,
            email_unknown_centrally: 12,
            matched_by_email: 15,
            only_in_hr: 40,
            shared_mailboxes: 4,
            duplicate_identities: 3,
            namesakes: 8,
            differing_in_ways_that_do_not_count: 30,
            only_in_central: 30,
            outstanding: 12,
            returned: 6,
        }
    }
}

impl PeopleCounts {
    /// Employees that are ambiguous.
    pub(super) const fn ambiguous_in_hr(&self) -> usize {
        2 * self.shared_mailboxes + self.duplicate_identities
    }

    /// Identities that are ambiguous.
    pub(super) const fn ambiguous_in_central(&self) -> usize {
        self.shared_mailboxes + 2 * self.duplicate_identities
    }

    /// People of whom each side has exactly one object, and the rules find it.
    pub(super) const fn pairs(&self) -> usize {
        self.total - self.only_in_hr - self.ambiguous_in_hr()
    }

    /// Pairs without any difference, those with differences that do not count included.
    pub(super) const fn equal(&self) -> usize {
        self.pairs()
            - self.changed_in_hr
            - self.changed_in_central
            - self.changed_in_both
            - self.email_unknown_centrally
            - self.matched_by_email
    }
}

/// How many accounts are prepared for what. Every account but the technical ones has an owner of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCounts {
    /// On both sides under the same login name, technical ones included.
    pub total: usize,
    /// Of these: technical accounts without owner.
    pub technical: usize,
    /// Of these: another display name centrally; both directions write it.
    pub display_name_changed: usize,
    /// Of these: disabled centrally, still enabled in the human resources database.
    pub disabled_centrally: usize,
    /// Of these: used since the last import.
    pub logged_on: usize,
    /// On both sides with different login names; the owner matches.
    pub renamed: usize,
    /// Only in the human resources database. Half of them belong to people who are only there, too.
    pub only_in_hr: usize,
    /// Only in the identity store, enabled.
    pub only_in_central: usize,
    /// Only in the identity store, disabled: provisioning does not create them.
    pub only_in_central_disabled: usize,
    /// Ambiguous: an account centrally and two others of the same owner in the human resources database.
    pub owners_of_two: usize,
    /// Only in the identity store, and labelled as outstanding.
    pub outstanding: usize,
    /// On both sides and equal, but still labelled as outstanding. Of the total.
    pub returned: usize,
    /// Accounts of another target system: in the identity store, but outside of the synchronized class.
    pub other_system: usize,
}

impl Default for AccountCounts {
    fn default() -> Self {
        Self {
            total: 1900,
            technical: 12,
            display_name_changed: 25,
            disabled_centrally: 18,
            logged_on: 70,
            renamed: 9,
            only_in_hr: 36,
            only_in_central: 28,
            only_in_central_disabled: 4,
            owners_of_two: 3,
            outstanding: 10,
            returned: 5,
            other_system: 40,
        }
    }
}

impl AccountCounts {
    /// Accounts that belong to people who are only in the human resources database.
    pub(super) const fn of_new_people(&self) -> usize {
        self.only_in_hr / 2
    }

    /// Owners that must be known on both sides.
    pub(super) const fn owners(&self) -> usize {
        self.total - self.technical
            + self.renamed
            + (self.only_in_hr - self.of_new_people())
            + self.only_in_central
            + self.only_in_central_disabled
            + self.owners_of_two
            + self.outstanding
    }

    /// Accounts on both sides that are members of groups.
    pub(super) const fn members(&self) -> usize {
        self.total - self.technical
    }
}

/// How many groups are prepared for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCounts {
    /// On both sides.
    pub total: usize,
    /// Of these: another description centrally; both directions write it.
    pub description_changed: usize,
    /// Of these: an empty description in the human resources database and none centrally, which is the same.
    pub description_empty: usize,
    /// Only in the human resources database.
    pub only_in_hr: usize,
    /// Only in the identity store.
    pub only_in_central: usize,
    /// Only in the identity store, and labelled as outstanding.
    pub outstanding: usize,
    /// On both sides and equal, but still labelled as outstanding. Of the total.
    pub returned: usize,
}

impl Default for GroupCounts {
    fn default() -> Self {
        Self {
            total: 60,
            description_changed: 5,
            description_empty: 4,
            only_in_hr: 3,
            only_in_central: 3,
            outstanding: 2,
            returned: 1,
        }
    }
}

/// How many memberships are prepared for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipCounts {
    /// Groups of each account that is a member of groups.
    pub per_account: usize,
    /// Members of each group that is on one side only.
    pub per_lone_group: usize,
    /// Have another date centrally; both directions write it.
    pub date_changed: usize,
    /// Only in the human resources database, although account and group are on both sides.
    pub only_in_hr: usize,
    /// Only in the identity store, although account and group are on both sides.
    pub only_in_central: usize,
    /// The same, and labelled as outstanding.
    pub outstanding: usize,
    /// On both sides and equal, but still labelled as outstanding.
    pub returned: usize,
}

impl Default for MembershipCounts {
    fn default() -> Self {
        Self {
            per_account: 3,
            per_lone_group: 6,
            date_changed: 30,
            only_in_hr: 50,
            only_in_central: 40,
            outstanding: 6,
            returned: 8,
        }
    }
}

impl MembershipCounts {
    /// Members that have one membership more on one side.
    pub(super) const fn odd_ones(&self) -> usize {
        self.only_in_hr + self.only_in_central + self.outstanding
    }
}

impl SampleParameters {
    /// Refuses counts that contradict each other.
    pub(super) fn validate(&self) -> Result<(), SampleError> {
        let Self { departments, cost_centres, people, accounts, groups, memberships, .. } = self;
        // Departments that the tree of those known on both sides has as leaves.
        let kept = departments.total.saturating_sub(departments.only_in_hr);
        let leaves = kept.saturating_sub(kept.div_ceil(3));
        let not_equal = people.only_in_hr
            + people.ambiguous_in_hr()
            + people.changed_in_hr
            + people.changed_in_central
            + people.changed_in_both
            + people.email_unknown_centrally
            + people.matched_by_email;
        let equal = people.total.saturating_sub(not_equal);
        let demands = [
            ("departments.total", kept, 14),
            ("departments.moved", leaves, departments.moved + departments.returned + departments.renamed),
            (
                "cost_centres.total",
                cost_centres.total,
                cost_centres.budget_changed + cost_centres.only_in_hr + cost_centres.returned + 1,
            ),
            ("people.total", people.total, not_equal + 1),
            (
                "people.total",
                equal,
                2 * people.namesakes + people.differing_in_ways_that_do_not_count + people.returned,
            ),
            ("accounts.of_new_people", people.only_in_hr, accounts.of_new_people()),
            (
                "accounts.total",
                accounts.total,
                accounts.technical
                    + accounts.display_name_changed
                    + accounts.disabled_centrally
                    + accounts.logged_on
                    + accounts.returned,
            ),
            (
                "people.total",
                equal
                    + not_equal.saturating_sub(
                        people.only_in_hr + people.ambiguous_in_hr() + people.matched_by_email,
                    ),
                accounts.owners(),
            ),
            (
                "groups.total",
                groups.total,
                groups.description_changed + groups.description_empty + groups.returned,
            ),
            ("groups.total", groups.total, memberships.per_account + 1),
            ("memberships.per_account", accounts.members(), memberships.odd_ones()),
            ("memberships.per_lone_group", accounts.members(), memberships.per_lone_group),
            (
                "memberships.date_changed",
                accounts.members() * memberships.per_account.min(1),
                memberships.date_changed + memberships.returned,
            ),
        ];
        match demands.iter().find(|(_, there, needed)| there < needed) {
            Some(&(parameter, there, needed)) => Err(SampleError::TooFew { parameter, there, needed }),
            None => Ok(()),
        }
    }
}
