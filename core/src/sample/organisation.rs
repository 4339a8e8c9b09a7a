//! Departments and cost centres of the sample, on both sides.

use jiff::civil::Date;

use super::{SampleParameters, Twin, draw::Draw};

const AREAS: [&str; 18] = [
    "Logistics",
    "Purchasing",
    "Research",
    "Assembly",
    "Quality",
    "Service",
    "Sales",
    "Marketing",
    "Finance",
    "Controlling",
    "Human Resources",
    "Legal",
    "IT Operations",
    "Software",
    "Security",
    "Facilities",
    "Training",
    "Testing",
];
const REGIONS: [&str; 6] = ["Group", "Nord", "Süd", "Île-de-France", "Östergötland", "東日本"];

/// A department; references are codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Department {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) parent: Option<String>,
}

/// A cost centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CostCentre {
    pub(super) code: String,
    pub(super) name: String,
    /// In cents.
    pub(super) budget: Option<i64>,
    pub(super) valid_from: Option<Date>,
}

/// Departments and cost centres of both sides, and which of them people may belong to.
pub(super) struct Organisation {
    pub(super) departments: Vec<Twin<Department>>,
    pub(super) cost_centres: Vec<Twin<CostCentre>>,
    /// Codes of the departments on both sides.
    pub(super) department_codes: Vec<String>,
    /// Codes of the departments that are only in the human resources database.
    pub(super) new_department_codes: Vec<String>,
    /// Codes of the cost centres on both sides.
    pub(super) cost_centre_codes: Vec<String>,
    /// Codes of the cost centres that are only in the human resources database.
    pub(super) new_cost_centre_codes: Vec<String>,
}

impl Organisation {
    /// Makes both sides.
    pub(super) fn new(parameters: &SampleParameters) -> Self {
        let mut draw = Draw::new(parameters.seed, 1);
        let departments = departments(parameters, &mut draw);
        let cost_centres = cost_centres(parameters, &mut draw);
        let codes = |both: bool| {
            move |twin: &Twin<Department>| {
                let department = twin.target.as_ref()?;
                (twin.central.is_some() == both).then(|| department.code.clone())
            }
        };
        let cost_codes = |both: bool| {
            move |twin: &Twin<CostCentre>| {
                let cost_centre = twin.target.as_ref()?;
                (twin.central.is_some() == both).then(|| cost_centre.code.clone())
            }
        };
        Self {
            department_codes: departments.iter().filter_map(codes(true)).collect(),
            new_department_codes: departments.iter().filter_map(codes(false)).collect(),
            cost_centre_codes: cost_centres.iter().filter_map(cost_codes(true)).collect(),
            new_cost_centre_codes: cost_centres.iter().filter_map(cost_codes(false)).collect(),
            departments,
            cost_centres,
        }
    }
}

fn departments(parameters: &SampleParameters, draw: &mut Draw) -> Vec<Twin<Department>> {
    let counts = &parameters.departments;
    // Codes in an order of their own: a parent must not always come before its children.
    let all = counts.total + counts.only_in_central + counts.outstanding;
    let mut codes: Vec<String> = (0..all).map(|number| format!("D{:04}", 1000 + 7 * number)).collect();
    draw.shuffle(&mut codes);
    let name = |index: usize| {
        format!("{} {}", AREAS[index % AREAS.len()], REGIONS[(index / AREAS.len()) % REGIONS.len()])
    };
    // Three children each: more than three levels from 14 departments on.
    let kept = counts.total - counts.only_in_hr;
    let department = |index: usize, parent: Option<usize>| Department {
        code: codes[index].clone(),
        name: name(index),
        parent: parent.map(|parent| codes[parent].clone()),
    };
    let mut twins: Vec<Twin<Department>> = (0..kept)
        .map(|index| Twin::equal(department(index, index.checked_sub(1).map(|before| before / 3))))
        .collect();
    // Leaves are at the end; what is prepared is taken from there.
    let (renamed, moved) = (counts.renamed, counts.moved);
    for (back, twin) in twins.iter_mut().rev().enumerate() {
        let Some(central) = twin.central.as_mut() else { continue };
        if back < renamed {
            central.name = format!("{} (old)", central.name);
        } else if back < renamed + moved {
            central.parent = Some(codes[0].clone());
        } else if back < renamed + moved + counts.returned {
            twin.labelled = true;
        }
    }
    for index in kept..counts.total {
        let chained = (index - kept) % 2 == 1;
        let parent = if chained { index - 1 } else { draw.below(kept) };
        twins.push(Twin::only_target(department(index, Some(parent))));
    }
    for index in counts.total..all {
        let labelled = index >= counts.total + counts.only_in_central;
        twins.push(Twin::only_central(department(index, Some(draw.below(kept))), labelled));
    }
    twins
}

fn cost_centres(parameters: &SampleParameters, draw: &mut Draw) -> Vec<Twin<CostCentre>> {
    let counts = &parameters.cost_centres;
    let kept = counts.total - counts.only_in_hr;
    (0..counts.total + counts.only_in_central + counts.outstanding)
        .map(|index| {
            let cents = i64::try_from(draw.below(90_000_000)).unwrap_or(0);
            let current = CostCentre {
                code: format!("CC-{:05}", 10_000 + 10 * index),
                name: format!("{} {}", AREAS[index % AREAS.len()], 1 + index / AREAS.len()),
                budget: (index % 11 != 10 || index < counts.budget_changed).then_some(1_000_000 + cents),
                valid_from: draw.chance(80).then(|| draw.day(2005, 2024)),
            };
            if index < counts.budget_changed {
                let mut twin = Twin::equal(current);
                if let Some(central) = twin.central.as_mut() {
                    // By a cent each time: decimals must be compared exactly.
                    central.budget = central.budget.map(|budget| budget - 1);
                }
                twin
            } else if index < kept {
                Twin { labelled: index + counts.returned >= kept, ..Twin::equal(current) }
            } else if index < counts.total {
                Twin::only_target(current)
            } else {
                Twin::only_central(current, index >= counts.total + counts.only_in_central)
            }
        })
        .collect()
}
