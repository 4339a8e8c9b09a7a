//! The sample project, synchronized by the command line: counts as they were built into its data.

use serde_json::Value as Json;
use syncwright_core::sample::{ExpectedCounts, SampleParameters, expected};

use crate::program;

/// The counts of one step as they stand in a report.
fn counts_of(step: &Json) -> ExpectedCounts {
    let count = |group: &str, name: &str| usize::try_from(step[group][name].as_u64().unwrap()).unwrap();
    ExpectedCounts {
        both_equal: count("situations", "both_equal"),
        both_differ: count("situations", "both_differ"),
        left_only: count("situations", "left_only"),
        right_only: count("situations", "right_only"),
        ambiguous: count("situations", "ambiguous"),
        outstanding: count("situations", "outstanding"),
        outstanding_returned: count("situations", "outstanding_returned"),
        insert: count("writes", "insert"),
        update: count("writes", "update"),
        delete: count("writes", "delete"),
        mark_outstanding: count("writes", "mark_outstanding"),
        reset_outstanding: count("writes", "reset_outstanding"),
    }
}

/// Objects that a report has written, or would write.
fn writes(report: &Json) -> u64 {
    let steps = report["steps"].as_array().unwrap().iter();
    let counts = steps.flat_map(|step| step["writes"].as_object().unwrap());
    counts.filter(|(method, _)| *method != "failed").map(|(_, count)| count.as_u64().unwrap()).sum()
}

#[test]
fn demo_reports_what_the_sample_was_made_for() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--no-gui", "--format", "json", "--dir", folder.path().to_str().unwrap()];
    let outcome = program().run(arguments);
    assert!(matches!(outcome.code, Some(0 | 1)), "{outcome:?}");
    let document = outcome.json();
    let reports = document["reports"].as_array().unwrap();
    assert!(!reports.is_empty() && reports.len().is_multiple_of(3), "{} reports", reports.len());

    // Nothing has been written when the first start up configuration is simulated.
    let simulation = &reports[0];
    let start_up = simulation["run"]["start_up"].as_str().unwrap();
    let steps = simulation["steps"].as_array().unwrap();
    let expected = expected(&SampleParameters::default(), start_up);
    assert_eq!(steps.len(), expected.len());
    for expected in expected {
        let step = steps.iter().find(|step| step["step"] == expected.step).unwrap();
        assert_eq!(counts_of(step), expected.counts, "{}", expected.step);
    }

    for start_up in reports.chunks(3) {
        assert_eq!(start_up[0]["run"]["kind"], "simulation");
        assert_eq!(writes(&start_up[0]), writes(&start_up[1]), "a run writes what was simulated");
        assert_eq!(writes(&start_up[2]), 0, "a second run writes nothing");
    }
}

#[test]
fn journal_tells_of_the_runs() {
    let folder = tempfile::tempdir().unwrap();
    let _ = program().run(["demo", "--no-gui", "--dir", folder.path().to_str().unwrap()]);
    let project = folder.path().join("hr-to-identity.ron");
    let project = project.to_str().unwrap();
    let runs = program().run(["runs", project, "--format", "json"]).expect(0).json();
    let newest = &runs["runs"][0];
    assert_eq!(newest["kind"], "run");
    let last = program().run(["log", project, "--run", "last", "--format", "json"]).expect(0).json();
    assert_eq!(last["run"]["id"], newest["id"]);
    let same = program().run(["log", project, "--run", newest["id"].as_str().unwrap()]).expect(0);
    assert!(same.out.contains(newest["id"].as_str().unwrap()), "{same:?}");

    let unknown = program().run(["log", project, "--run", "nonsense"]).expect(2);
    assert!(unknown.err.contains("error[SW-J001]"), "{unknown:?}");
    let few = program().run(["runs", project, "--limit", "1", "--format", "json"]).expect(0).json();
    assert_eq!(few["runs"].as_array().unwrap().len(), 1);
}
