//! Where virtual properties live: the class of a table, made when the first one comes and removed with the last one.

use syncwright_core::{
    project::{ClassRef, Schema, SchemaClass, SchemaType, VirtualKind, VirtualProperty},
    value::ValueType,
};

/// What names of virtual properties begin with, by custom.
const PREFIX: &str = "vrt";

/// Tables as classes of their own names, then further classes.
///
/// Schemas can have thousands of tables, but few classes.
pub fn classes(schema: &Schema) -> impl Iterator<Item = ClassRef<'_>> {
    let of_type = |schema_type| as_class(schema, schema_type);
    let is_table = |name: &str| schema.types.iter().any(|one| one.name == name);
    let others = schema.classes.iter().filter(move |class| !is_table(&class.name));
    schema.types.iter().filter_map(of_type).chain(others.filter_map(|class| schema.class(&class.name)))
}

fn as_class<'a>(schema: &'a Schema, schema_type: &'a SchemaType) -> Option<ClassRef<'a>> {
    let class = schema.classes.iter().find(|class| class.name == schema_type.name);
    match class {
        Some(class) if class.schema_type != schema_type.name => schema.class(&class.name),
        class => Some(ClassRef { name: &schema_type.name, schema_type, class }),
    }
}

/// Changes the virtual properties of a class. A table that has none yet gets the class of its own name; a class
/// that says nothing any more goes.
pub fn change(schema: &mut Schema, name: &str, edit: impl FnOnce(&mut Vec<VirtualProperty>)) {
    if schema.classes.iter().all(|class| class.name != name) {
        if schema.schema_type(name).is_none() {
            return;
        }
        schema.classes.push(SchemaClass {
            name: name.to_owned(),
            schema_type: name.to_owned(),
            display_name: String::new(),
            filter: None,
            virtual_properties: Vec::new(),
        });
    }
    if let Some(class) = schema.classes.iter_mut().find(|class| class.name == name) {
        edit(&mut class.virtual_properties);
    }
    schema.classes.retain(|class| class.name != name || says_something(class));
}

/// True for classes that a table is not by itself.
fn says_something(class: &SchemaClass) -> bool {
    class.name != class.schema_type
        || class.filter.is_some()
        || !class.display_name.is_empty()
        || !class.virtual_properties.is_empty()
}

/// A new virtual property, under a name that is free.
pub fn new_property(class: ClassRef<'_>) -> VirtualProperty {
    let is_free = |name: &String| class.property(name).is_none();
    let first = format!("{PREFIX}New");
    let numbered = (2_u32..).map(|number| format!("{first}{number}"));
    let name = std::iter::once(first.clone()).chain(numbered).find(is_free).unwrap_or_default();
    VirtualProperty {
        name,
        value_type: ValueType::String,
        multi_valued: false,
        mandatory: false,
        secret: false,
        kind: VirtualKind::Pattern(String::new()),
    }
}

/// Why the property at a place of the class cannot have a name.
pub fn name_problem(class: ClassRef<'_>, place: usize, name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("The property needs a name.".to_owned());
    }
    if class.schema_type.property(name).is_some() {
        return Some(format!("{name} is a column; nobody could tell which is meant."));
    }
    let own = class.class.map_or(&[][..], |class| &class.virtual_properties);
    if own.iter().enumerate().any(|(at, one)| at != place && one.name == name) {
        return Some(format!("Another virtual property is called {name}."));
    }
    let is_group = class.schema_type.column_groups.iter().any(|group| group.property_name() == name);
    let stands_for_group = own.get(place).is_some_and(|one| matches!(one.kind, VirtualKind::ColumnGroup(_)));
    (is_group && !stands_for_group).then(|| format!("{name} is the name of a column group."))
}

/// What is special about a property, in words.
pub fn remark(property: &VirtualProperty) -> String {
    let mut words = vec![property.value_type.label()];
    let marks = [
        (property.multi_valued, "multi-valued"),
        (property.mandatory, "mandatory"),
        (property.secret, "secret"),
    ];
    words.extend(marks.into_iter().filter(|(on, _)| *on).map(|(_, word)| word.to_owned()));
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use syncwright_core::project::SchemaProperty;

    use super::*;

    fn schema() -> Schema {
        Schema {
            types: vec![SchemaType {
                name: "users".to_owned(),
                properties: vec![SchemaProperty::new("login", ValueType::String)],
                ..SchemaType::default()
            }],
            ..Schema::default()
        }
    }

    #[test]
    fn the_class_of_a_table_comes_with_its_first_property_and_goes_with_the_last() {
        let mut schema = schema();
        let property = new_property(schema.class("users").expect("a class"));
        assert_eq!(property.name, "vrtNew");
        change(&mut schema, "users", |all| all.push(property));
        let class = schema.class("users").expect("a class");
        assert!(class.class.is_some());
        assert_eq!(new_property(class).name, "vrtNew2");
        change(&mut schema, "users", Vec::clear);
        assert_eq!(schema.classes, []);

        change(&mut schema, "nobody", Vec::clear);
        assert_eq!(schema.classes, []);
    }

    #[test]
    fn every_table_and_class_is_listed_once() {
        let mut schema = schema();
        let class = |name: &str, of: &str| SchemaClass {
            name: name.to_owned(),
            schema_type: of.to_owned(),
            display_name: String::new(),
            filter: None,
            virtual_properties: Vec::new(),
        };
        let names =
            |schema: &Schema| -> Vec<String> { classes(schema).map(|class| class.name.to_owned()).collect() };
        assert_eq!(names(&schema), ["users"]);
        schema.classes = vec![class("users", "users"), class("active", "users"), class("lost", "gone")];
        assert_eq!(names(&schema), ["users", "active"]);
    }

    #[test]
    fn a_class_with_a_filter_stays() {
        let mut schema = schema();
        change(&mut schema, "users", |_| {});
        schema.classes.push(SchemaClass {
            name: "users".to_owned(),
            schema_type: "users".to_owned(),
            display_name: String::new(),
            filter: Some("login IS NOT NULL".to_owned()),
            virtual_properties: Vec::new(),
        });
        change(&mut schema, "users", Vec::clear);
        assert_eq!(schema.classes.len(), 1);
    }

    #[test]
    fn names_are_free_or_refused() {
        let mut schema = schema();
        let property = new_property(schema.class("users").expect("a class"));
        change(&mut schema, "users", |all| all.push(property));
        let class = schema.class("users").expect("a class");
        assert_eq!(name_problem(class, 0, "vrtNew"), None);
        assert!(name_problem(class, 1, "vrtNew").is_some());
        assert!(name_problem(class, 0, "login").is_some());
        assert!(name_problem(class, 0, "").is_some());
    }
}
