//! Lists through rules, in both directions: value lists and date formats element by element (R21), and what the
//! order of values means to the detection of rogue modifications (R12).

use syncwright_core::{
    journal::MessageLevel,
    project::{
        Direction, LookupEntry, Mapping, MappingDirection, Project, PropertyRule, RuleKind, SchemaClass,
        Side, SortOrder, VirtualKind, VirtualProperty,
    },
    sync::RunStatus,
    value::ValueType,
};

use crate::{
    fixture::{Systems, by, mapping, messages, pair, rows},
    virtual_properties::{between, class, names, property},
};

/// Lists as texts, in the system that is read.
const READ: &str = "CREATE TABLE source (id INTEGER PRIMARY KEY, items TEXT);";
/// Lists as rows of a table, in the system that is written.
const WRITTEN: &str = "CREATE TABLE object (id INTEGER PRIMARY KEY, one TEXT);
    CREATE TABLE person (id INTEGER PRIMARY KEY, login TEXT, born DATE);
    CREATE TABLE member (object INTEGER REFERENCES object (id), person INTEGER REFERENCES person (id),
        PRIMARY KEY (object, person));
    INSERT INTO person VALUES (1, 'ann', '2024-02-29'), (2, 'bob', '1999-12-31'), (3, '7', '2024-03-01'),
        (4, '29.02.2024', NULL), (5, '31.12.1999', NULL);";

const RUNS: [Direction; 2] = [Direction::ToTarget, Direction::ToCentral];
const KINDS: [RuleKind; 2] = [RuleKind::Value, RuleKind::MultiReference];

const fn only(run: Direction) -> MappingDirection {
    match run {
        Direction::ToTarget => MappingDirection::ToTarget,
        Direction::ToCentral => MappingDirection::ToCentral,
    }
}

fn split(value_type: ValueType) -> VirtualProperty {
    let list = VirtualKind::Expression("string_to_array(items, ';')".to_owned());
    VirtualProperty { multi_valued: true, ..property("vrtGiven", value_type, list) }
}

fn members(listed: &str, value_type: ValueType) -> VirtualProperty {
    let kind = VirtualKind::Members {
        schema_type: "member".to_owned(),
        own_reference: names(&["object"]),
        member_reference: names(&["person"]),
        property: listed.to_owned(),
    };
    VirtualProperty { multi_valued: true, ..property("vrtHeld", value_type, kind) }
}

/// Two systems and what a run between them reads and writes.
struct Bench {
    run: Direction,
    systems: Systems,
}

impl Bench {
    fn new(run: Direction, read: &str, written: &str) -> Self {
        let (read, written) = (format!("{READ} {read}"), format!("{WRITTEN} {written}"));
        let systems = match run {
            Direction::ToTarget => Systems::new(&read, &written),
            Direction::ToCentral => Systems::new(&written, &read),
        };
        Self { run, systems }
    }

    fn written(&self) -> rusqlite::Connection {
        match self.run.destination() {
            Side::Left => self.systems.left(),
            Side::Right => self.systems.right(),
        }
    }

    fn members(&self) -> Vec<String> {
        let sql = "SELECT object, login FROM member JOIN person ON person.id = member.person ORDER BY 1, 2";
        rows(&self.written(), sql)
    }

    /// One rule, from the property that is read to the one that is written.
    fn project(
        &self,
        given: VirtualProperty,
        written: &str,
        held: Vec<VirtualProperty>,
        change: impl FnOnce(&mut PropertyRule),
    ) -> Project {
        let source = class("s", "source", vec![given]);
        let object = class("o", "object", held);
        let sides = |read: &str, written: &str| match self.run {
            Direction::ToTarget => between(read, written),
            Direction::ToCentral => between(written, read),
        };
        let mut rule = sides("vrtGiven", written);
        change(&mut rule);
        self.put(source, object, vec![between("id", "id"), rule])
    }

    fn put(&self, source: SchemaClass, object: SchemaClass, rules: Vec<PropertyRule>) -> Project {
        let (left, right) = match self.run {
            Direction::ToTarget => (source, object),
            Direction::ToCentral => (object, source),
        };
        let mapping = mapping(&left.name, &right.name, vec![by("id", pair("id", "id"))], rules);
        let mapping = Mapping { direction: only(self.run), ..mapping };
        let mut project = self.systems.project(self.run, vec![mapping]);
        project.central.schema.classes.push(left);
        project.target.schema.classes.push(right);
        project
    }

    /// Runs; the next run has nothing to do.
    fn run(&self, project: &Project) {
        self.systems.run_well(project);
        assert_eq!(self.systems.run_well(project).total_writes(), 0);
    }
}

/// Entries as the run reads them: what is given, and what it becomes.
fn entries(run: Direction, entries: &[(&str, &str)]) -> Vec<LookupEntry> {
    let entry = |(given, wanted): &(&str, &str)| match run {
        Direction::ToTarget => LookupEntry { code: (*wanted).to_owned(), decode: (*given).to_owned() },
        Direction::ToCentral => LookupEntry { code: (*given).to_owned(), decode: (*wanted).to_owned() },
    };
    entries.iter().map(entry).collect()
}

#[test]
fn a_value_list_translates_every_element() {
    for run in RUNS {
        for kind in KINDS {
            let bench = Bench::new(
                run,
                "INSERT INTO source VALUES (1, 'A;B'), (2, 'B;;A;B'), (3, NULL), (4, 'seven');",
                "INSERT INTO object (id) VALUES (1), (3); INSERT INTO member VALUES (1, 3), (3, 1);",
            );
            let held = vec![members("login", ValueType::String)];
            let project = bench.project(split(ValueType::String), "vrtHeld", held, |rule| {
                rule.kind = kind;
                rule.flags.lookup = entries(run, &[("A", "ann"), ("B", "bob"), ("seven", "7")]);
            });
            bench.run(&project);
            assert_eq!(bench.members(), ["1|ann", "1|bob", "2|ann", "2|bob", "4|7"], "{run:?} {kind:?}");
        }
    }
}

#[test]
fn an_element_without_an_entry_leaves_the_object_out() {
    for run in RUNS {
        let bench = Bench::new(
            run,
            "INSERT INTO source VALUES (1, 'A;X'), (2, 'A');",
            "INSERT INTO object (id) VALUES (1), (2); INSERT INTO member VALUES (1, 3);",
        );
        let held = vec![members("login", ValueType::String)];
        let project = bench.project(split(ValueType::String), "vrtHeld", held, |rule| {
            rule.flags.lookup = entries(run, &[("A", "ann")]);
        });
        let report = bench.systems.run(&project);
        assert_eq!(report.run.status, RunStatus::DoneWithErrors);
        assert_eq!(messages(&report, "SW-R109").len(), 1, "{:#}", report.to_json());
        assert_eq!(bench.members(), ["1|7", "2|ann"]);
        assert_eq!(bench.systems.run(&project).total_writes(), 0);
    }
}

/// What a value list gives goes on like any other value: into another type, or as the first of several.
#[test]
fn what_a_value_list_gives_is_converted() {
    for run in RUNS {
        let bench = Bench::new(
            run,
            "INSERT INTO source VALUES (1, 'leap;end'), (2, 'end');",
            "INSERT INTO object (id) VALUES (1);",
        );
        let list = entries(run, &[("leap", "29.02.2024"), ("end", "31.12.1999")]);
        let project = bench.project(
            split(ValueType::String),
            "vrtHeld",
            vec![members("born", ValueType::Date)],
            |rule| {
                rule.flags.lookup = list.clone();
                rule.flags.date_format = Some("%d.%m.%Y".to_owned());
            },
        );
        bench.run(&project);
        assert_eq!(bench.members(), ["1|ann", "1|bob", "2|bob"]);

        let project = bench.project(split(ValueType::String), "one", Vec::new(), |rule| {
            rule.flags.lookup = list;
            rule.first_value_as_single_value = true;
        });
        bench.run(&project);
        assert_eq!(
            rows(&bench.written(), "SELECT one FROM object ORDER BY id"),
            ["29.02.2024", "31.12.1999"]
        );
    }
}

#[test]
fn a_date_format_is_for_every_element() {
    for run in RUNS {
        for kind in KINDS {
            // Texts become dates …
            let bench = Bench::new(
                run,
                "INSERT INTO source VALUES (1, '31.12.1999;29.02.2024'), (2, ';01.03.2024'), (3, '');",
                "INSERT INTO object (id) VALUES (1), (3); INSERT INTO member VALUES (1, 3), (3, 3);",
            );
            let in_format = |rule: &mut PropertyRule| {
                rule.kind = kind;
                rule.flags.date_format = Some("%d.%m.%Y".to_owned());
            };
            let held = vec![members("born", ValueType::Date)];
            let project = bench.project(split(ValueType::String), "vrtHeld", held, in_format);
            bench.run(&project);
            assert_eq!(bench.members(), ["1|ann", "1|bob", "2|7"], "{run:?} {kind:?}");

            // … and dates become texts.
            let bench = Bench::new(
                run,
                "INSERT INTO source VALUES (1, '2024-02-29;1999-12-31'), (2, NULL);",
                "INSERT INTO object (id) VALUES (2); INSERT INTO member VALUES (2, 4);",
            );
            let held = vec![members("login", ValueType::String)];
            let project = bench.project(split(ValueType::Date), "vrtHeld", held, in_format);
            bench.run(&project);
            assert_eq!(bench.members(), ["1|29.02.2024", "1|31.12.1999"], "{run:?} {kind:?}");
        }
    }
}

#[test]
fn an_element_in_another_format_leaves_the_object_out() {
    for run in RUNS {
        let bench = Bench::new(
            run,
            "INSERT INTO source VALUES (1, '31.12.1999;2024-02-29'), (2, '29.02.2024');",
            "INSERT INTO object (id) VALUES (1);",
        );
        let held = vec![members("born", ValueType::Date)];
        let project = bench.project(split(ValueType::String), "vrtHeld", held, |rule| {
            rule.flags.date_format = Some("%d.%m.%Y".to_owned());
        });
        let report = bench.systems.run(&project);
        let failed: Vec<_> = report
            .steps
            .iter()
            .flat_map(|step| &step.messages)
            .filter(|message| message.level == MessageLevel::Error)
            .map(|message| message.code.as_str())
            .collect();
        assert_eq!(failed, ["SW-R102"], "{:#}", report.to_json());
        assert_eq!(bench.members(), ["2|ann"]);
    }
}

const ORDERS: [SortOrder; 3] = [SortOrder::Respect, SortOrder::Ignore, SortOrder::Automatic];

/// A rule against the direction of the run: it watches what the run reads.
fn watching(rule: &mut PropertyRule, run: Direction, order: SortOrder) {
    rule.direction = only(run.reversed());
    rule.detect_rogue_modifications = true;
    rule.sort_order = order;
}

/// The order of lists in a text means something, unless it is to be ignored; other elements are rogue anyway.
#[test]
fn the_order_of_values_is_rogue_unless_it_is_ignored() {
    const OWNER: &str = "INSERT INTO list VALUES (1, 'a;b'), (2, 'a;b'), (3, 'a;b'), (4, 'a;b;c');";
    const WATCHED: &str = "INSERT INTO list VALUES (1, 'a;b'), (2, 'b;a'), (3, 'a;c'), (4, 'c;a;b');";
    const LIST: &str = "CREATE TABLE list (id INTEGER PRIMARY KEY, items TEXT);";
    for run in RUNS {
        for order in ORDERS {
            let (owner, watched) = (format!("{LIST} {OWNER}"), format!("{LIST} {WATCHED}"));
            let systems = match run {
                Direction::ToTarget => Systems::new(&watched, &owner),
                Direction::ToCentral => Systems::new(&owner, &watched),
            };
            let bench = Bench { run, systems };
            let mut rule = between("vrtGiven", "vrtGiven");
            watching(&mut rule, run, order);
            let lists = |name: &str| class(name, "list", vec![split(ValueType::String)]);
            let project = bench.put(lists("s"), lists("o"), vec![between("id", "id"), rule]);
            let held = || {
                let lists = "SELECT id, items FROM list ORDER BY id";
                (rows(&bench.systems.left(), lists), rows(&bench.systems.right(), lists))
            };
            let before = held();
            let report = bench.systems.run_well(&project);
            let told = messages(&report, "SW-R111");
            let expected = if order == SortOrder::Ignore { 1 } else { 3 };
            assert_eq!(told.len(), expected, "{run:?} {order:?} {told:?}");
            assert_eq!(held(), before);
        }
    }
}

/// Rows of a table have no order: whatever the setting, only other members are rogue, and corrected.
#[test]
fn the_order_of_members_is_never_rogue() {
    for run in RUNS {
        for order in ORDERS {
            let members_read = format!(
                "{WRITTEN} INSERT INTO object (id) VALUES (1), (2);
                 INSERT INTO member VALUES (1, 2), (1, 1), (2, 3);"
            );
            let texts_written = format!("{READ} INSERT INTO source VALUES (1, 'bob;ann'), (2, 'bob;ann');");
            let systems = match run {
                Direction::ToTarget => Systems::new(&members_read, &texts_written),
                Direction::ToCentral => Systems::new(&texts_written, &members_read),
            };
            // The members are where the run reads, so a bench of the opposite run knows them as written.
            let bench = Bench { run: run.reversed(), systems };
            let held = vec![members("login", ValueType::String)];
            let mut project = bench.project(split(ValueType::String), "vrtHeld", held, |rule| {
                watching(rule, run, order);
                rule.correct_rogue_modifications = true;
            });
            project.mappings[0].direction = MappingDirection::Both;
            project.workflows[0].direction = run;
            let report = bench.systems.run_well(&project);
            let told = messages(&report, "SW-R111").len();
            assert_eq!(told, 1, "{run:?} {order:?} {:#}", report.to_json());
            assert_eq!(bench.members(), ["1|ann", "1|bob", "2|ann", "2|bob"], "{run:?} {order:?}");
            assert_eq!(bench.systems.run_well(&project).total_writes(), 0);
        }
    }
}
