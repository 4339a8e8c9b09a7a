//! Object matching: ordered alternatives, skipped keys, candidates that nobody guesses among.

use syncwright_core::{
    project::{Direction, MatchExpression, MatchingRule, Method, Project},
    sync::{Change, RunReport, Situations},
};

use crate::fixture::{Systems, by, changes, mapping, messages, pair, rule};

/// Both sides have an `id`, a number, a mail address and a name that always differs.
const TABLE: &str = "CREATE TABLE p (id TEXT PRIMARY KEY, nr TEXT, mail TEXT, name TEXT);";

/// Both sides filled: id, nr, mail of each object.
fn people(left: &str, right: &str) -> Systems {
    let insert = |values: &str, name: &str| {
        if values.is_empty() {
            return TABLE.to_owned();
        }
        format!("{TABLE} INSERT INTO p (id, nr, mail) VALUES {values}; UPDATE p SET name = '{name}';")
    };
    Systems::new(&insert(left, "left"), &insert(right, "right"))
}

fn project(systems: &Systems, matching: Vec<MatchingRule>) -> Project {
    systems.project(
        Direction::ToTarget,
        vec![mapping(
            "p",
            "p",
            matching,
            vec![rule("id", "id"), rule("nr", "nr"), rule("mail", "mail"), rule("name", "name")],
        )],
    )
}

fn number_then_mail() -> Vec<MatchingRule> {
    vec![by("number", pair("nr", "nr")), by("mail", pair("mail", "mail"))]
}

fn simulated(systems: &Systems, matching: Vec<MatchingRule>) -> RunReport {
    systems.simulate(&project(systems, matching))
}

fn key(key: &[(String, syncwright_core::value::Value)]) -> String {
    key.first().map(|(_, value)| value.to_string()).unwrap_or_default()
}

/// What happens to which objects, for example `update l1=r1`, sorted.
fn fates(report: &RunReport) -> Vec<String> {
    let mut fates: Vec<String> = changes(report)
        .iter()
        .map(|Change { method, left_key, right_key, .. }| {
            format!("{} {}={}", method.id(), key(left_key), key(right_key))
        })
        .collect();
    fates.sort();
    fates
}

fn situations(report: &RunReport) -> Situations {
    report.steps[0].situations
}

#[test]
fn alternatives_are_tried_in_order_for_those_left_over() {
    let systems = people(
        "('l1','1','a'), ('l2',NULL,'b'), ('l3','3','c'), ('l4','',''), ('l5','5','e'), ('l6',NULL,NULL)",
        "('r1','1','z'), ('r2','','b'), ('r3','3','x'), ('r3b',NULL,'c'), ('r4','',''), ('r5','6','e'), ('r6',NULL,NULL)",
    );
    let report = simulated(&systems, number_then_mail());
    assert_eq!(
        fates(&report),
        [
            "delete =r3b",
            "delete =r4",
            "delete =r6",
            "update l1=r1",
            "update l2=r2",
            "update l3=r3",
            "update l5=r5",
        ]
    );
    // Without any key an object would be inserted again by every run.
    let expected = Situations { both_differ: 4, right_only: 3, skipped: 2, ..Situations::default() };
    assert_eq!(situations(&report), expected);
    assert_eq!(messages(&report, "SW-R120").len(), 2);
    // The first rule alone: what only the second would find is not found.
    let report = simulated(&systems, vec![by("number", pair("nr", "nr"))]);
    assert_eq!(situations(&report).both_differ, 2);
}

#[test]
fn several_candidates_are_never_guessed_among() {
    let systems = people(
        // Two for one under the first rule; their mail addresses would decide under the second.
        "('l1','7','a'), ('l2','7','b'), ('l5',NULL,'x'), ('l8','8','h'), ('l9','9','i')",
        "('r1','7','a'), ('r2',NULL,'b'), ('r5',NULL,'x'), ('r6','','x'), ('r8','8','h'), ('r9','9',''), ('r10','9','i')",
    );
    let project = project(&systems, number_then_mail());
    let report = systems.simulate(&project);
    // Not even r2 is superfluous: it may well be the counterpart of l2.
    assert_eq!(fates(&report), ["update l8=r8"]);
    assert_eq!(situations(&report).ambiguous, 10);
    let texts = messages(&report, "SW-R101");
    assert_eq!(texts.len(), 4, "{texts:?}");
    for names in [&["l1", "l2", "r1"][..], &["l5", "r5", "r6"], &["l9", "r9", "r10"], &["r2", "rule before"]]
    {
        assert!(texts.iter().any(|text| names.iter().all(|name| text.contains(name))), "{names:?} {texts:?}");
    }
    let rules: Vec<_> =
        report.steps[0].messages.iter().map(|message| message.rule.clone().unwrap()).collect();
    assert_eq!(rules, ["number", "number", "mail", "mail"]);
    // Nor does a run touch them, however often.
    assert_eq!(systems.run_well(&project).total_writes(), 1);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// A rule over a property that is not unique at all: one message, of a length that one can read.
#[test]
fn of_many_candidates_the_first_are_named() {
    let rows = |side: &str| {
        let row = |at: usize| format!("('{side}{at:02}','1','x')");
        (0..30).map(row).collect::<Vec<_>>().join(", ")
    };
    let systems = people(&rows("l"), &rows("r"));
    let report = simulated(&systems, number_then_mail());
    assert_eq!(situations(&report).ambiguous, 60);
    let texts = messages(&report, "SW-R101");
    assert_eq!(texts.len(), 1, "{texts:?}");
    for names in
        ["central l00 · l01 ·", "l18 · l19 and 10 more ↔ target r00", "r19 and 10 more; none of them"]
    {
        assert!(texts[0].contains(names), "{}", texts[0]);
    }
}

#[test]
fn all_parts_of_an_and_must_be_there_and_equal() {
    let systems = people(
        "('l1','1','a'), ('l2','1','b'), ('l3','3',NULL), ('l4','','d'), ('l5','1','c')",
        "('r2','1','b'), ('r1','1','a'), ('r3','3',NULL), ('r4','','d'), ('r5','2','c')",
    );
    let both = MatchExpression::All(vec![pair("nr", "nr"), pair("mail", "mail")]);
    let report = simulated(&systems, vec![by("both", both)]);
    assert_eq!(situations(&report).both_differ, 2);
    assert_eq!(situations(&report).ambiguous, 0);
    let found = fates(&report);
    assert!(
        found.contains(&"update l1=r1".to_owned()) && found.contains(&"update l2=r2".to_owned()),
        "{found:?}"
    );
}

#[test]
fn one_part_of_an_or_is_enough_and_all_candidates_are_named() {
    let systems = people(
        "('l1','1','a'), ('l2','2',''), ('l3','3','c'), ('l4','4','d'), ('l6','','')",
        "('r1','x','a'), ('r2','2',''), ('r3','3','y'), ('r4','4','z'), ('r5','v','d'), ('r6','','')",
    );
    let any = MatchExpression::Any(vec![pair("nr", "nr"), pair("mail", "mail")]);
    let report = simulated(&systems, vec![by("either", any.clone())]);
    assert_eq!(fates(&report), ["delete =r6", "update l1=r1", "update l2=r2", "update l3=r3"]);
    assert_eq!(messages(&report, "SW-R120").len(), 1);
    let texts = messages(&report, "SW-R101");
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(["l4", "r4", "r5"].iter().all(|name| texts[0].contains(name)), "{texts:?}");
    // Within an AND, with an empty side, and with nothing at all.
    let nested = MatchExpression::All(vec![any, pair("mail", "mail")]);
    let report = simulated(&systems, vec![by("nested", nested.clone())]);
    assert_eq!(fates(&report).iter().filter(|fate| fate.starts_with("update")).count(), 2);
    for (left, right, fate) in [("('l1','1','a')", "", "insert l1="), ("", "('r1','1','a')", "delete =r1")] {
        let report = simulated(&people(left, right), vec![by("nested", nested.clone())]);
        assert_eq!(fates(&report), [fate]);
    }
}

/// Objects that have nothing to do with each other are told apart, in whatever order they were read.
#[test]
fn candidates_of_different_objects_are_named_one_by_one() {
    let told = |left: &str, right: &str| {
        let any = MatchExpression::Any(vec![pair("nr", "nr"), pair("mail", "mail")]);
        messages(&simulated(&people(left, right), vec![by("either", any)]), "SW-R101")
    };
    let found = told(
        "('l1','1','a'), ('l2','2','b'), ('l3','3','c'), ('l4','3','d')",
        "('r1','1','x'), ('r2','y','a'), ('r3','2','x'), ('r4','y','b'), ('r5','3','z')",
    );
    assert_eq!(
        found,
        [
            "more than one candidate: central l1 ↔ target r1 · r2; none of them is processed",
            "more than one candidate: central l2 ↔ target r3 · r4; none of them is processed",
            "more than one candidate: central l3 · l4 ↔ target r5; none of them is processed",
        ]
    );
    let other_order = told(
        "('l4','3','d'), ('l2','2','b'), ('l3','3','c'), ('l1','1','a')",
        "('r5','3','z'), ('r4','y','b'), ('r2','y','a'), ('r3','2','x'), ('r1','1','x')",
    );
    assert_eq!(other_order, found);
}

#[test]
fn case_counts_unless_ignored() {
    let systems = people("('l1','Ärger','a'), ('l2','x','b')", "('r1','ÄRGER','c'), ('r2','X','d')");
    let mut number = by("number", pair("nr", "nr"));
    assert_eq!(situations(&simulated(&systems, vec![number.clone()])).both_differ, 0);
    number.ignore_case = true;
    assert_eq!(fates(&simulated(&systems, vec![number.clone()])), ["update l1=r1", "update l2=r2"]);
    // Two that become the same without case are two candidates.
    systems.right().execute_batch("INSERT INTO p (id, nr) VALUES ('r3', 'x')").unwrap();
    assert_eq!(situations(&simulated(&systems, vec![number])).ambiguous, 3);
}

#[test]
fn types_of_equal_meaning_match() {
    let guid = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
    let cases = [
        ("INTEGER", "7", "TEXT", "'7'", true),
        ("INTEGER", "7", "TEXT", "'07'", false),
        ("INTEGER", "7", "REAL", "7.0", true),
        ("INTEGER", "7", "DECIMAL(5,2)", "7.00", true),
        ("DECIMAL(5,1)", "7.5", "DECIMAL(9,4)", "7.5", true),
        ("DECIMAL(5,2)", "7.5", "TEXT", "'7.50'", true),
        ("GUID", &format!("'{guid}'"), "GUID", &format!("'{{{}}}'", guid.to_uppercase()), true),
        ("GUID", &format!("'{guid}'"), "TEXT", &format!("'{}'", guid.replace('-', "").to_uppercase()), true),
        ("TEXT", &format!("'{guid}'"), "GUID", &format!("X'{}'", guid.replace('-', "")), true),
        ("DATE", "'2024-02-29'", "DATETIME", "'2024-02-29 00:00:00'", true),
        ("DATETIME", "'2024-02-29 01:02:03'", "DATETIME", "'2024-02-29T01:02:03.000'", true),
        ("TIMESTAMPTZ", "'2024-02-29T01:00:00+01:00'", "TIMESTAMPTZ", "'2024-02-29T00:00:00Z'", true),
        ("BOOLEAN", "1", "TEXT", "'true'", true),
    ];
    for (left_type, left, right_type, right, matches) in cases {
        let table = |declared: &str, value: &str| {
            format!(
                "CREATE TABLE t (id TEXT PRIMARY KEY, k {declared}); INSERT INTO t VALUES ('1', {value});"
            )
        };
        let systems = Systems::new(&table(left_type, left), &table(right_type, right));
        let project = systems
            .project(Direction::ToTarget, vec![mapping("t", "t", vec![by("k", pair("k", "k"))], vec![])]);
        let found = systems.simulate(&project);
        assert_eq!(
            situations(&found).both_equal,
            u64::from(matches),
            "{left_type} {left} {right_type} {right}"
        );
    }
}

#[test]
fn new_objects_that_would_be_ambiguous_are_kept_back_on_request() {
    let systems =
        people("('l1','1','a'), ('l2','1','b'), ('l3','3','c'), ('l4',NULL,'d'), ('l5',NULL,'e')", "");
    let mut project = project(&systems, vec![by("number", pair("nr", "nr"))]);
    assert_eq!(systems.simulate(&project).steps[0].writes.insert, 3);
    project.mappings[0].prevent_ambiguous_matches = true;
    let report = systems.simulate(&project);
    assert_eq!(fates(&report), ["insert l3="]);
    let texts = messages(&report, "SW-R103");
    assert!(texts.len() == 1 && texts[0].contains("l1") && texts[0].contains("l2"), "{texts:?}");
    assert!(changes(&report).iter().all(|change| change.method == Method::Insert));
    // Objects that the first rule skips are told apart by the next one.
    let systems = people("('l1',NULL,'a'), ('l2',NULL,'a'), ('l3','3','a'), ('l4',NULL,'d')", "");
    let mut project = self::project(&systems, number_then_mail());
    project.mappings[0].prevent_ambiguous_matches = true;
    assert_eq!(fates(&systems.simulate(&project)), ["insert l3=", "insert l4="]);
}

/// The order in which rows come must not show anywhere in what is reported.
#[test]
fn the_order_of_rows_never_shows() {
    let left: Vec<String> = (0..60)
        .map(|n| {
            let name = if n % 3 == 0 { "no number" } else { "7" };
            format!("('l{n}', '{}', 'm{}', '{name}')", if n % 7 == 0 { n / 2 } else { n }, n % 50)
        })
        .collect();
    let right: Vec<String> = (0..60)
        .map(|n| format!("('r{n}', '{}', 'm{}', {n})", if n % 5 == 0 { n + 100 } else { n }, n))
        .collect();
    let mut known: Option<String> = None;
    for shuffle in [1_usize, 7, 11, 13, 29] {
        let table =
            |name: &str| format!("CREATE TABLE p (id TEXT PRIMARY KEY, nr TEXT, mail TEXT, name {name});");
        let shuffled = |rows: &[String]| -> Vec<String> {
            (0..rows.len()).map(|at| rows[(at * shuffle + shuffle) % rows.len()].clone()).collect()
        };
        let insert = |rows: &[String], name: &str| {
            format!("{} INSERT INTO p VALUES {}", table(name), shuffled(rows).join(", "))
        };
        // Names that are no numbers cannot be written: each is reported, in the same order.
        let systems = Systems::new(&insert(&left, "TEXT"), &insert(&right, "INTEGER"));
        let mut project = project(&systems, number_then_mail());
        project.mappings[0].prevent_ambiguous_matches = true;
        project.start_ups[0].parallelism = Some(u32::try_from(shuffle % 4 + 1).unwrap());
        let json = systems.simulate(&project).to_json();
        let steps = json["steps"].to_string();
        assert!(json["steps"][0]["changes"].as_array().unwrap().len() > 20, "{steps}");
        match &known {
            None => known = Some(steps),
            Some(known) => similar(known, &steps),
        }
    }
}

/// Equal byte for byte; the first difference is shown.
fn similar(known: &str, found: &str) {
    if let Some(at) = known.bytes().zip(found.bytes()).position(|(one, other)| one != other) {
        let around = |text: &str| {
            String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(200)..])
                .chars()
                .take(400)
                .collect::<String>()
        };
        panic!("they differ at {at}:\n{}\n{}", around(known), around(found));
    }
    assert_eq!(known.len(), found.len());
}

/// Every candidate of every ambiguous object under a rule that hardly tells objects apart: pairs are not listed.
#[test]
fn many_objects_that_match_ambiguous_ones_take_no_time() {
    let mut left: Vec<String> = (0..200).map(|at| format!("('l{at}','{at}','same')")).collect();
    left.extend((0..20_000).map(|at| format!("('a{at}','a{at}','other')")));
    let mut right: Vec<String> = (0..400).map(|at| format!("('r{at}','{}','x')", at / 2)).collect();
    right.extend((0..20_000).map(|at| format!("('b{at}','b{at}','same')")));
    let systems = people(&left.join(","), &right.join(","));
    let since = std::time::Instant::now();
    let report = simulated(&systems, number_then_mail());
    assert!(since.elapsed() < std::time::Duration::from_secs(20), "{:?}", since.elapsed());
    // The 200, their 400 candidates, and those of the second rule.
    assert_eq!(situations(&report).ambiguous, 20_600);
    assert_eq!(situations(&report).right_only, 0);
}
