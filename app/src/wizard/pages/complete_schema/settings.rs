//! Changing the settings of columns (W13): what is refused, and what becomes of the other columns.

use syncwright_core::{
    project::{AutoFill, IncompatibleData, Literal, Schema, SchemaProperty, SchemaType},
    value::{Value, ValueType, parse_value},
};

use super::flags::{Flag, keys};

/// What happens to a value that the type cannot hold, without the default value itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Handling {
    /// The object is in error.
    #[default]
    RaiseError,
    /// Another value.
    Default,
    /// No value.
    NoValue,
    /// The smallest value.
    Minimum,
    /// The largest value.
    Maximum,
}

impl Handling {
    /// All of them with their names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::RaiseError, "raise an error"),
        (Self::Default, "default value"),
        (Self::NoValue, "no value"),
        (Self::Minimum, "minimum"),
        (Self::Maximum, "maximum"),
    ];

    /// That of a column.
    #[must_use]
    pub const fn of(property: &SchemaProperty) -> Self {
        match &property.incompatible_data {
            IncompatibleData::RaiseError => Self::RaiseError,
            IncompatibleData::Default(Literal::Null) => Self::NoValue,
            IncompatibleData::Default(_) => Self::Default,
            IncompatibleData::Minimum => Self::Minimum,
            IncompatibleData::Maximum => Self::Maximum,
        }
    }
}

/// What is to become of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A setting is put on or off.
    Flag(Flag, bool),
    /// How new objects get a value.
    AutoFill(AutoFill),
    /// What happens to a value that the type cannot hold; the text is the default value.
    Incompatible(Handling, String),
}

impl Change {
    /// Why a column cannot have it; nothing if it can.
    #[must_use]
    pub fn why_not(&self, schema_type: &SchemaType, property: &SchemaProperty) -> Option<String> {
        match self {
            Self::Flag(flag, true) => flag.why_not(schema_type, property),
            Self::Flag(_, false) | Self::AutoFill(AutoFill::None) => None,
            Self::AutoFill(AutoFill::Guid) => why_no_guid(property),
            Self::Incompatible(Handling::Default, text) => why_no_default(property, text),
            Self::Incompatible(Handling::Minimum, _) if property.value_type.minimum().is_none() => {
                Some(format!("{} has no smallest value", property.value_type.label()))
            }
            Self::Incompatible(Handling::Maximum, _) if property.value_type.maximum().is_none() => {
                Some(format!("{} has no largest value", property.value_type.label()))
            }
            Self::Incompatible(..) => None,
        }
    }

    /// Takes the change into a column; what only one column of a table can be is taken from the others.
    ///
    /// # Errors
    ///
    /// Why the column cannot have it; nothing is changed then.
    pub fn apply(&self, schema: &mut Schema, (table, column): (usize, usize)) -> Result<(), String> {
        let Some(schema_type) = schema.types.get_mut(table) else { return Ok(()) };
        let Some(property) = schema_type.properties.get(column) else { return Ok(()) };
        if let Some(why) = self.why_not(schema_type, property) {
            return Err(why);
        }
        if let Self::Flag(flag, true) = self {
            clear_others(schema_type, column, *flag);
        }
        let Some(property) = schema_type.properties.get_mut(column) else { return Ok(()) };
        match self {
            Self::Flag(flag, on) => *flag.of_mut(property) = *on,
            Self::AutoFill(fill) => property.auto_fill = *fill,
            Self::Incompatible(handling, text) => {
                property.incompatible_data = match handling {
                    Handling::RaiseError => IncompatibleData::RaiseError,
                    Handling::Default => IncompatibleData::Default(literal(property.value_type, text)),
                    Handling::NoValue => IncompatibleData::Default(Literal::Null),
                    Handling::Minimum => IncompatibleData::Minimum,
                    Handling::Maximum => IncompatibleData::Maximum,
                };
            }
        }
        Ok(())
    }
}

/// One hierarchy and one scope per table; one preferred key, of however many columns.
fn clear_others(schema_type: &mut SchemaType, column: usize, flag: Flag) {
    let Some(name) = schema_type.properties.get(column).map(|property| property.name.clone()) else { return };
    let together: Vec<String> =
        keys(schema_type).filter(|key| key.contains(&name)).flatten().cloned().collect();
    let alone = |other: &str| match flag {
        Flag::HierarchySort | Flag::ScopeReference => true,
        Flag::PreferredKey => !together.iter().any(|one| one == other),
        Flag::DisplayValue | Flag::Sensitive | Flag::RevisionCounter | Flag::CompatibleNulls => false,
    };
    for property in &mut schema_type.properties {
        if alone(&property.name) {
            *flag.of_mut(property) = false;
        }
    }
}

/// Why a column cannot be filled with GUIDs; nothing if it can.
#[must_use]
pub fn why_no_guid(property: &SchemaProperty) -> Option<String> {
    (!property.value_type.is_text())
        .then(|| format!("{} is of type {}, which holds no GUID", property.name, property.value_type.label()))
}

fn why_no_default(property: &SchemaProperty, text: &str) -> Option<String> {
    parse_value(property.value_type, text).is_none().then(|| {
        let label = property.value_type.label();
        if text.trim().is_empty() {
            format!("{} needs a default value of type {label}", property.name)
        } else {
            format!("“{text}” is no value of type {label}, which {} has", property.name)
        }
    })
}

/// The default as the project file shows it best.
fn literal(value_type: ValueType, text: &str) -> Literal {
    match parse_value(value_type, text) {
        Some(Value::Boolean(value)) => Literal::Boolean(value),
        Some(Value::Integer(value)) => Literal::Integer(value),
        Some(_) | None => Literal::String(text.to_owned()),
    }
}

/// The default value of a column, as it is typed.
#[must_use]
pub fn default_text(property: &SchemaProperty) -> String {
    match &property.incompatible_data {
        IncompatibleData::Default(literal) => literal.to_text(),
        IncompatibleData::RaiseError | IncompatibleData::Minimum | IncompatibleData::Maximum => String::new(),
    }
}

/// The settings of a column that have no check box in its row, in words.
#[must_use]
pub fn others(property: &SchemaProperty) -> String {
    let flags = [Flag::PreferredKey, Flag::ScopeReference, Flag::CompatibleNulls];
    let flags = flags.into_iter().filter(|flag| flag.is_on(property)).map(|flag| flag.label().to_lowercase());
    let fill = (property.auto_fill == AutoFill::Guid).then(|| "new GUID".to_owned());
    let handling = match Handling::of(property) {
        Handling::RaiseError => None,
        Handling::Default => Some(format!("incompatible becomes {}", default_text(property))),
        Handling::NoValue => Some("incompatible becomes NULL".to_owned()),
        Handling::Minimum => Some("incompatible becomes minimum".to_owned()),
        Handling::Maximum => Some("incompatible becomes maximum".to_owned()),
    };
    flags.chain(fill).chain(handling).collect::<Vec<_>>().join(", ")
}

/// True if anything of W13 is set on a column.
#[must_use]
pub fn is_configured(property: &SchemaProperty) -> bool {
    Flag::ALL.into_iter().any(|flag| flag.is_on(property))
        || property.auto_fill != AutoFill::None
        || property.incompatible_data != IncompatibleData::RaiseError
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let column = SchemaProperty::new;
        let person = SchemaType {
            name: "Person".to_owned(),
            properties: vec![
                column("Id", ValueType::Integer),
                column("Login", ValueType::String),
                column("Boss", ValueType::Integer),
                column("Born", ValueType::Date),
            ],
            key: vec!["Id".to_owned()],
            ..SchemaType::default()
        };
        Schema { types: vec![person], ..Schema::default() }
    }

    fn set(schema: &mut Schema, column: usize, change: &Change) -> Result<(), String> {
        change.apply(schema, (0, column))
    }

    #[test]
    fn there_is_one_hierarchy_per_table() {
        let mut schema = schema();
        for column in [0, 2] {
            set(&mut schema, column, &Change::Flag(Flag::HierarchySort, true)).expect("it may");
        }
        let on: Vec<bool> = schema.types[0].properties.iter().map(|one| one.hierarchy_sort).collect();
        assert_eq!(on, [false, false, true, false]);
        set(&mut schema, 2, &Change::Flag(Flag::HierarchySort, false)).expect("it may");
        assert!(!is_configured(&schema.types[0].properties[2]));
    }

    #[test]
    fn a_key_is_preferred_only_where_there_are_several() {
        let mut schema = schema();
        let prefer = Change::Flag(Flag::PreferredKey, true);
        assert!(set(&mut schema, 0, &prefer).expect_err("one key").contains("one key only"));
        schema.types[0].unique_keys = vec![vec!["Login".to_owned()], vec!["Born".to_owned()]];
        assert!(set(&mut schema, 2, &prefer).expect_err("no key").contains("is no key"));
        assert!(set(&mut schema, 3, &prefer).expect_err("a date").contains("texts and integers"));
        set(&mut schema, 0, &prefer).expect("it may");
        set(&mut schema, 1, &prefer).expect("it may");
        let on: Vec<bool> = schema.types[0].properties.iter().map(|one| one.preferred_key).collect();
        assert_eq!(on, [false, true, false, false]);
    }

    #[test]
    fn a_default_value_is_one_of_the_type() {
        let mut schema = schema();
        let default = |text: &str| Change::Incompatible(Handling::Default, text.to_owned());
        assert!(set(&mut schema, 0, &default("many")).expect_err("no number").contains("“many” is no value"));
        assert!(set(&mut schema, 3, &default("")).expect_err("no date").contains("needs a default value"));
        set(&mut schema, 0, &default("7")).expect("a number");
        set(&mut schema, 3, &default("2024-02-29")).expect("a date");
        let properties = &schema.types[0].properties;
        assert_eq!(properties[0].incompatible_data, IncompatibleData::Default(Literal::Integer(7)));
        assert_eq!(properties[0].replacement(), Some(Value::Integer(7)));
        assert!(properties[3].replacement().is_some());
        assert_eq!(others(&properties[0]), "incompatible becomes 7");
        assert_eq!(Handling::of(&properties[0]), Handling::Default);
        let maximum = Change::Incompatible(Handling::Maximum, String::new());
        assert!(set(&mut schema, 1, &maximum).expect_err("texts have none").contains("no largest value"));
    }

    #[test]
    fn settings_are_refused_where_they_mean_nothing() {
        let mut schema = schema();
        assert!(set(&mut schema, 0, &Change::Flag(Flag::CompatibleNulls, true)).is_err());
        assert!(set(&mut schema, 0, &Change::AutoFill(AutoFill::Guid)).is_err());
        set(&mut schema, 1, &Change::Flag(Flag::CompatibleNulls, true)).expect("a text");
        set(&mut schema, 1, &Change::AutoFill(AutoFill::Guid)).expect("a text");
        assert_eq!(others(&schema.types[0].properties[1]), "compatible nulls, new GUID");
    }
}
