//! Connections whose settings contradict themselves.

use super::{Findings, Place, Severity};
use crate::{
    connect::csv_format_problem,
    project::{Project, Provider, Side},
};

pub(super) fn check(project: &Project, findings: &mut Findings) {
    for side in [Side::Left, Side::Right] {
        if let Provider::Csv { format, .. } = &project.system(side).connection.provider
            && let Some(problem) = csv_format_problem(format)
        {
            findings.add(
                Severity::Error,
                "SW-C107",
                Place::System { side, schema_type: None },
                format!("the format of the CSV files contradicts itself: {problem}"),
                Some("mend `format` in the connection"),
            );
        }
    }
}
