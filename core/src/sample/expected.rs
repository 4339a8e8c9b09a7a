//! What a run over the fresh sample must find: arithmetic on the parameters, nothing read from the data.
//!
//! Tests compare the engine with it. Rules and methods that it stands for are those of the project
//! `projects/hr-to-identity`.

use super::SampleParameters;

/// What one step of a start up configuration finds and writes in the fresh sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedStep {
    /// Name of the step.
    pub step: &'static str,
    /// Objects per situation, and writes per method.
    pub counts: ExpectedCounts,
}

/// Objects per situation and writes per method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExpectedCounts {
    /// Pairs that no rule would change.
    pub both_equal: usize,
    /// Pairs that a rule would change.
    pub both_differ: usize,
    /// Objects only in the central system, without those that are labelled as outstanding.
    pub left_only: usize,
    /// Objects only in the target system.
    pub right_only: usize,
    /// Objects of either side with more than one candidate, or that are one of several.
    pub ambiguous: usize,
    /// Central objects that are labelled and still missing in the target system.
    pub outstanding: usize,
    /// Pairs whose central object is labelled; they are counted as equal or differing as well.
    pub outstanding_returned: usize,
    /// Objects inserted.
    pub insert: usize,
    /// Objects updated.
    pub update: usize,
    /// Objects deleted.
    pub delete: usize,
    /// Objects labelled as outstanding.
    pub mark_outstanding: usize,
    /// Labels taken off.
    pub reset_outstanding: usize,
}

impl ExpectedCounts {
    /// Everything that is found is processed as in an import: insert, update, mark, reset.
    const fn imported(self) -> Self {
        Self {
            insert: self.right_only,
            update: self.both_differ,
            mark_outstanding: self.left_only,
            reset_outstanding: self.outstanding_returned,
            ..self
        }
    }

    /// Everything that is found is processed as in provisioning: insert, update, delete.
    const fn provisioned(self) -> Self {
        Self { insert: self.left_only, update: self.both_differ, delete: self.right_only, ..self }
    }
}

/// What the steps of `start_up` find in the fresh sample, in the order of the workflow. Empty if the sample
/// project has no start up configuration of that name.
#[must_use]
pub fn expected(parameters: &SampleParameters, start_up: &str) -> Vec<ExpectedStep> {
    let step = |step, counts| ExpectedStep { step, counts };
    match start_up {
        super::IMPORT => vec![
            step("Departments", departments(parameters).imported()),
            step("Cost centres", cost_centres(parameters).imported()),
            step("People", people(parameters, true).imported()),
            step("Accounts", accounts(parameters, true).imported()),
            step("Groups", groups(parameters).imported()),
            step("Memberships", memberships(parameters).imported()),
        ],
        super::PROVISION => {
            let people = people(parameters, false);
            let accounts = accounts(parameters, false);
            vec![
                // People are neither hired nor dismissed from here.
                step("People", ExpectedCounts { update: people.both_differ, ..people }),
                // Disabled accounts are not created.
                step(
                    "Accounts",
                    ExpectedCounts { insert: parameters.accounts.only_in_central, ..accounts.provisioned() },
                ),
                step("Groups", groups(parameters).provisioned()),
                step("Memberships", memberships(parameters).provisioned()),
            ]
        }
        _ => Vec::new(),
    }
}

fn departments(SampleParameters { departments: counts, .. }: &SampleParameters) -> ExpectedCounts {
    let both_differ = counts.renamed + counts.moved;
    ExpectedCounts {
        both_equal: counts.total - counts.only_in_hr - both_differ,
        both_differ,
        left_only: counts.only_in_central,
        right_only: counts.only_in_hr,
        outstanding: counts.outstanding,
        outstanding_returned: counts.returned,
        ..ExpectedCounts::default()
    }
}

fn cost_centres(SampleParameters { cost_centres: counts, .. }: &SampleParameters) -> ExpectedCounts {
    ExpectedCounts {
        both_equal: counts.total - counts.only_in_hr - counts.budget_changed,
        both_differ: counts.budget_changed,
        left_only: counts.only_in_central,
        right_only: counts.only_in_hr,
        outstanding: counts.outstanding,
        outstanding_returned: counts.returned,
        ..ExpectedCounts::default()
    }
}

fn people(SampleParameters { people: counts, .. }: &SampleParameters, to_central: bool) -> ExpectedCounts {
    let both_differ = counts.changed_in_both
        + if to_central {
            counts.changed_in_hr + counts.email_unknown_centrally + counts.matched_by_email
        } else {
            counts.changed_in_central
        };
    ExpectedCounts {
        both_equal: counts.pairs() - both_differ,
        both_differ,
        left_only: counts.only_in_central,
        right_only: counts.only_in_hr,
        ambiguous: counts.ambiguous_in_hr() + counts.ambiguous_in_central(),
        outstanding: counts.outstanding,
        outstanding_returned: counts.returned,
        ..ExpectedCounts::default()
    }
}

fn accounts(
    SampleParameters { accounts: counts, .. }: &SampleParameters,
    to_central: bool,
) -> ExpectedCounts {
    let both_differ = counts.display_name_changed
        + if to_central { counts.logged_on + counts.renamed } else { counts.disabled_centrally };
    ExpectedCounts {
        both_equal: counts.total + counts.renamed - both_differ,
        both_differ,
        left_only: counts.only_in_central + counts.only_in_central_disabled,
        right_only: counts.only_in_hr,
        ambiguous: 3 * counts.owners_of_two,
        outstanding: counts.outstanding,
        outstanding_returned: counts.returned,
        ..ExpectedCounts::default()
    }
}

fn groups(SampleParameters { groups: counts, .. }: &SampleParameters) -> ExpectedCounts {
    ExpectedCounts {
        both_equal: counts.total - counts.description_changed,
        both_differ: counts.description_changed,
        left_only: counts.only_in_central,
        right_only: counts.only_in_hr,
        outstanding: counts.outstanding,
        outstanding_returned: counts.returned,
        ..ExpectedCounts::default()
    }
}

fn memberships(parameters: &SampleParameters) -> ExpectedCounts {
    let SampleParameters { accounts, groups, memberships: counts, .. } = parameters;
    let of = |accounts: usize, groups: usize| accounts * counts.per_account + groups * counts.per_lone_group;
    ExpectedCounts {
        both_equal: of(accounts.members(), 0) - counts.date_changed,
        both_differ: counts.date_changed,
        left_only: of(accounts.only_in_central, groups.only_in_central) + counts.only_in_central,
        right_only: of(accounts.only_in_hr, groups.only_in_hr) + counts.only_in_hr,
        outstanding: of(accounts.outstanding, groups.outstanding) + counts.outstanding,
        outstanding_returned: counts.returned,
        ..ExpectedCounts::default()
    }
}
