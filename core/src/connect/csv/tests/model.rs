//! The connector and a map of objects do the same, whatever is done to them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Insert(i64, String),
    Update(i64, String),
    Rename(i64, i64),
    Delete(i64),
    Begin,
    Commit,
    RollBack,
}

fn step() -> impl Strategy<Value = Step> {
    let (id, name) = (0_i64..6, "[a,\"\n]{1,3}");
    prop_oneof![
        3 => (id.clone(), name).prop_map(|(id, name)| Step::Insert(id, name)),
        2 => (id.clone(), name).prop_map(|(id, name)| Step::Update(id, name)),
        2 => (id.clone(), id.clone()).prop_map(|(id, to)| Step::Rename(id, to)),
        2 => id.prop_map(Step::Delete),
        2 => Just(Step::Begin),
        1 => Just(Step::Commit),
        1 => Just(Step::RollBack),
    ]
}

type Map = BTreeMap<i64, String>;

/// Does a step to the map; whether the connector should take it.
fn take(map: &mut Map, step: &Step) -> bool {
    match step {
        Step::Insert(id, name) => !map.contains_key(id) && map.insert(*id, name.clone()).is_none(),
        Step::Update(id, name) => map.get_mut(id).map(|known| name.clone_into(known)).is_some(),
        Step::Rename(id, to) => {
            let may = map.contains_key(id) && (id == to || !map.contains_key(to));
            if may && let Some(name) = map.remove(id) {
                map.insert(*to, name);
            }
            may
        }
        Step::Delete(id) => map.remove(id).is_some(),
        Step::Begin | Step::Commit | Step::RollBack => true,
    }
}

fn give(connector: &mut dyn Connector, table: &SchemaType, step: &Step) -> Result<(), ConnectError> {
    let name = |name: &str| batch(table, &[("name", vec![text(name)])]);
    match step {
        Step::Insert(id, name) => {
            connector.insert(table, &batch(table, &[("id", vec![int(*id)]), ("name", vec![text(name)])]))
        }
        Step::Update(id, new) => connector.update(table, &ids(table, &[*id]), &name(new)),
        Step::Rename(id, to) => connector.update(table, &ids(table, &[*id]), &ids(table, &[*to])),
        Step::Delete(id) => connector.delete(table, &ids(table, &[*id])),
        Step::Begin => connector.begin(),
        Step::Commit => connector.commit(),
        Step::RollBack => connector.rollback(),
    }
}

fn content(connector: &mut dyn Connector, table: &SchemaType) -> Map {
    let names = ["id".to_owned(), "name".to_owned()];
    let mut found = Map::new();
    connector
        .search(&SearchRequest::all(table, &names), &CancelToken::default(), &mut |batch| {
            for row in 0..batch.num_rows() {
                let Value::Integer(id) = value_at(batch.column(0), row) else { panic!() };
                found.insert(id, value_at(batch.column(1), row).to_string());
            }
            Flow::Continue
        })
        .unwrap();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn they_stay_the_same(steps in proptest::collection::vec(step(), 1..40)) {
        let files = Files::new(&[("people.csv", "id,name,age\n0,zero,\n1,one,1")]);
        let table = people();
        let mut connector = files.writer();
        let mut committed: Map = [(0, "zero".to_owned()), (1, "one".to_owned())].into();
        let mut open: Option<Map> = None;
        for step in &steps {
            match (step, open.is_some()) {
                (Step::Begin, true) | (Step::Commit | Step::RollBack, false) => continue,
                _ => {}
            }
            let map = open.as_mut().unwrap_or(&mut committed);
            let taken = take(map, step);
            prop_assert_eq!(give(&mut *connector, &table, step).is_ok(), taken, "{:?}", step);
            match step {
                Step::Begin => open = Some(committed.clone()),
                Step::Commit => committed = open.take().unwrap(),
                Step::RollBack => open = None,
                _ => {}
            }
            let expected = open.as_ref().unwrap_or(&committed);
            prop_assert_eq!(&content(&mut *connector, &table), expected, "{:?}", step);
        }
        drop(connector);
        prop_assert_eq!(content(&mut *files.reader(), &table), committed);
        prop_assert_eq!(files.names(), ["people.csv"]);
    }
}
