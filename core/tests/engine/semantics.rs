//! The decision table of property rules: every combination of settings against every pair of values.
//!
//! One mapping holds a rule for each combination of rule settings, each on a column of its own; its objects
//! hold every combination of values. What a run must write is worked out by [`Case::after`], which knows
//! nothing of the engine.

use std::collections::BTreeMap;

use syncwright_core::project::{Condition, Direction, Mapping, MappingDirection, Method, PropertyRule};

use crate::fixture::{Systems, by, changes, mapping, pair, rows, rule};

const DIRECTIONS: [MappingDirection; 5] = [
    MappingDirection::FromMapping,
    MappingDirection::Both,
    MappingDirection::ToTarget,
    MappingDirection::ToCentral,
    MappingDirection::DoNotMap,
];

/// Condition of a rule, and when it holds for the flags of the left and the right object.
type Meaning = (&'static str, fn(Flag, Flag) -> bool);

const CONDITIONS: [Meaning; 5] = [
    ("", |_, _| true),
    ("Left.flag = 'x'", |left, _| left == Some("x")),
    ("Right.flag = 'x'", |_, right| right == Some("x")),
    ("Left.flag IS NULL OR Right.flag = 'x'", |left, right| left.is_none() || right == Some("x")),
    ("NOT (Left.flag = 'x')", |left, _| left.is_some_and(|flag| flag != "x")),
];

/// What a property can hold.
const VALUES: [Option<&str>; 7] =
    [None, Some(""), Some("a"), Some("A"), Some("b"), Some("ärger"), Some("ÄRGER")];
const FLAGS: [Option<&str>; 3] = [None, Some("x"), Some("y")];

type Flag = Option<&'static str>;
type Cell = Option<&'static str>;

/// Settings of one rule.
#[derive(Debug, Clone, Copy)]
struct Case {
    direction: MappingDirection,
    ignore_direction_on_insert: bool,
    do_not_overwrite: bool,
    ignore_case: bool,
    condition: usize,
}

/// One object of each side; `None` where there is none.
#[derive(Debug, Clone, Copy)]
struct Objects {
    source: Option<(Cell, Flag)>,
    destination: Option<(Cell, Flag)>,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for direction in DIRECTIONS {
        for bits in 0..8 {
            for condition in 0..CONDITIONS.len() {
                cases.push(Case {
                    direction,
                    ignore_direction_on_insert: bits & 1 != 0,
                    do_not_overwrite: bits & 2 != 0,
                    ignore_case: bits & 4 != 0,
                    condition,
                });
            }
        }
    }
    cases
}

fn objects() -> Vec<Objects> {
    let mut objects = Vec::new();
    for value in VALUES {
        for flag in FLAGS {
            let one = Some((value, flag));
            objects.push(Objects { source: one, destination: None });
            objects.push(Objects { source: None, destination: one });
            for other in VALUES {
                for other_flag in FLAGS {
                    objects.push(Objects { source: one, destination: Some((other, other_flag)) });
                }
            }
        }
    }
    objects
}

/// The rules of the book: M1, R3 (permitted directions).
fn permitted(mapping: MappingDirection, rule: MappingDirection, run: Direction) -> bool {
    use MappingDirection as M;
    let one = match rule {
        M::FromMapping => mapping,
        own => own,
    };
    match one {
        M::FromMapping | M::Both => true,
        M::ToTarget => run == Direction::ToTarget,
        M::ToCentral => run == Direction::ToCentral,
        M::DoNotMap => false,
    }
}

impl Case {
    fn rule(self, number: usize) -> PropertyRule {
        let mut rule = rule(&column(number), &column(number));
        rule.direction = self.direction;
        rule.ignore_direction_on_insert = self.ignore_direction_on_insert;
        rule.do_not_overwrite = self.do_not_overwrite;
        rule.ignore_case = self.ignore_case;
        rule.condition = match CONDITIONS[self.condition].0 {
            "" => None,
            text => Some(Condition::Expression(text.to_owned())),
        };
        rule
    }

    /// What the destination holds after a run; `None` if there is no object.
    fn after(self, mapping: MappingDirection, run: Direction, objects: Objects) -> Option<Cell> {
        let permitted = permitted(mapping, self.direction, run);
        let holds = |source: Flag, destination: Flag| {
            let (left, right) = match run {
                Direction::ToTarget => (source, destination),
                Direction::ToCentral => (destination, source),
            };
            CONDITIONS[self.condition].1(left, right)
        };
        match (objects.source, objects.destination) {
            (None, _) => None,
            (Some((value, flag)), None) => {
                let runs = (permitted || self.ignore_direction_on_insert) && holds(flag, None);
                Some(if runs { value } else { None })
            }
            (Some((value, flag)), Some((old, old_flag))) => {
                let empty = old.is_none_or(str::is_empty);
                let same = match (value, old) {
                    (Some(new), Some(old)) if self.ignore_case => new.to_lowercase() == old.to_lowercase(),
                    (new, old) => new == old,
                };
                let writes = permitted && holds(flag, old_flag) && (empty || !self.do_not_overwrite) && !same;
                Some(if writes { value } else { old })
            }
        }
    }
}

fn column(number: usize) -> String {
    format!("p{number:03}")
}

fn columns(cases: &[Case]) -> Vec<String> {
    (0..cases.len()).map(column).collect()
}

/// Both databases, filled with the objects, `run` saying which side is the source.
fn systems(cases: &[Case], run: Direction) -> Systems {
    let columns = columns(cases);
    let table = format!("CREATE TABLE o (k TEXT PRIMARY KEY, flag TEXT, {} TEXT);", columns.join(" TEXT, "));
    let systems = Systems::new(&table, &table);
    let (source, destination) = match run {
        Direction::ToTarget => (systems.left(), systems.right()),
        Direction::ToCentral => (systems.right(), systems.left()),
    };
    let values = vec!["?3"; columns.len()].join(", ");
    let insert = format!("INSERT INTO o VALUES (?1, ?2, {values})");
    for (database, side) in
        [(source, (|one: &Objects| one.source) as fn(&Objects) -> _), (destination, |one| one.destination)]
    {
        database.execute_batch("BEGIN").unwrap();
        for (number, one) in objects().iter().enumerate() {
            if let Some((value, flag)) = side(one) {
                database.execute(&insert, (format!("{number:04}"), flag, value)).unwrap();
            }
        }
        database.execute_batch("COMMIT").unwrap();
    }
    systems
}

fn the_mapping(cases: &[Case], direction: MappingDirection) -> Mapping {
    let mut rules = vec![PropertyRule { ignore_direction_on_insert: true, ..rule("k", "k") }];
    rules.extend(cases.iter().enumerate().map(|(number, case)| case.rule(number)));
    Mapping { direction, ..mapping("o", "o", vec![by("k", pair("k", "k"))], rules) }
}

/// What the destination holds, by key.
fn destination(systems: &Systems, run: Direction, cases: &[Case]) -> BTreeMap<String, Vec<Option<String>>> {
    let database = match run {
        Direction::ToTarget => systems.right(),
        Direction::ToCentral => systems.left(),
    };
    let sql = format!("SELECT k, {} FROM o", columns(cases).join(", "));
    let mut statement = database.prepare(&sql).unwrap();
    statement
        .query_map([], |row| {
            let values = (1..=cases.len()).map(|at| row.get(at)).collect::<rusqlite::Result<_>>()?;
            Ok((row.get(0)?, values))
        })
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap()
}

fn check(run: Direction, direction: MappingDirection) {
    let cases = cases();
    let objects = objects();
    let systems = systems(&cases, run);
    let project = systems.project(run, vec![the_mapping(&cases, direction)]);
    let before = destination(&systems, run, &cases);
    let simulated = systems.simulate(&project);
    let takes_part = permitted(MappingDirection::Both, direction, run);
    if !takes_part {
        assert!(simulated.steps.is_empty());
        assert!(systems.run_well(&project).steps.is_empty());
        assert_eq!(destination(&systems, run, &cases), before);
        return;
    }

    // The change list names exactly the properties that change, with the rule that does it.
    let by_key: BTreeMap<String, _> =
        changes(&simulated).into_iter().map(|change| (change.display.clone(), change)).collect();
    for (number, one) in objects.iter().enumerate() {
        let key = format!("{number:04}");
        let change = by_key.get(&key);
        let method = change.map(|change| change.method);
        let (Some(_), Some((old, _))) = (one.source, one.destination) else {
            let expected = if one.source.is_some() { Method::Insert } else { Method::Delete };
            assert_eq!(method, Some(expected), "{one:?}");
            continue;
        };
        let expected: Vec<(String, Option<String>)> = cases
            .iter()
            .enumerate()
            .filter_map(|(number, case)| {
                let new = case.after(direction, run, *one)?;
                (new != old).then(|| (column(number), new.map(str::to_owned)))
            })
            .collect();
        let found: Vec<(String, Option<String>)> = change
            .into_iter()
            .flat_map(|change| &change.properties)
            .map(|property| {
                assert_eq!(property.rule, property.property);
                (property.property.clone(), (!property.new.is_null()).then(|| property.new.to_string()))
            })
            .collect();
        assert_eq!(found, expected, "{run:?} {direction:?} {one:?}");
        assert_eq!(method, (!expected.is_empty()).then_some(Method::Update), "{one:?}");
    }

    // The run leaves exactly what the table says, and has nothing to do afterwards.
    let report = systems.run_well(&project);
    assert_eq!(report.total_writes(), simulated.total_writes());
    let after = destination(&systems, run, &cases);
    for (number, one) in objects.iter().enumerate() {
        let found = after.get(&format!("{number:04}"));
        assert_eq!(found.is_some(), one.source.is_some(), "{one:?}");
        for (at, case) in cases.iter().enumerate() {
            let found = found.map(|values| values[at].as_deref());
            assert_eq!(found, case.after(direction, run, *one), "{run:?} {direction:?} {case:?} {one:?}");
        }
    }
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    assert_eq!(rows(&systems.left(), "SELECT count(*) FROM sw_outstanding"), ["0"]);
}

#[test]
fn to_target() {
    DIRECTIONS.into_iter().for_each(|direction| check(Direction::ToTarget, direction));
}

#[test]
fn to_central() {
    DIRECTIONS.into_iter().for_each(|direction| check(Direction::ToCentral, direction));
}
