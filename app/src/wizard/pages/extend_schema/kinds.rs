//! Kinds of virtual properties: their names, what each is for, and what one begins with.

use syncwright_core::project::{CharacterConversion, Literal, Schema, SchemaType, VirtualKind};

/// A kind without its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KindChoice {
    /// The same value for every object.
    Fixed,
    /// Text with placeholders.
    Pattern,
    /// An SQL expression.
    Expression,
    /// A property instead of a foreign key.
    KeyResolution,
    /// A property over several hops.
    Referenced,
    /// Members of another table.
    Members,
    /// Several properties as one.
    CompositeKey,
    /// Another case, or no accents.
    Convert,
    /// A script.
    Script,
    /// A column group (W11).
    ColumnGroup,
}

impl KindChoice {
    /// Those that can be chosen; column groups are properties by themselves.
    pub const OFFERED: [Self; 9] = [
        Self::Fixed,
        Self::Pattern,
        Self::Expression,
        Self::KeyResolution,
        Self::Referenced,
        Self::Members,
        Self::CompositeKey,
        Self::Convert,
        Self::Script,
    ];

    /// The kind of a property.
    pub const fn of(kind: &VirtualKind) -> Self {
        match kind {
            VirtualKind::Fixed(_) => Self::Fixed,
            VirtualKind::Pattern(_) => Self::Pattern,
            VirtualKind::Expression(_) => Self::Expression,
            VirtualKind::KeyResolution { .. } => Self::KeyResolution,
            VirtualKind::ReferencedProperty { .. } => Self::Referenced,
            VirtualKind::Members { .. } => Self::Members,
            VirtualKind::CompositeKey(_) => Self::CompositeKey,
            VirtualKind::Convert { .. } => Self::Convert,
            VirtualKind::Script { .. } => Self::Script,
            VirtualKind::ColumnGroup(_) => Self::ColumnGroup,
        }
    }

    /// Its name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Fixed => "Fixed value",
            Self::Pattern => "Pattern",
            Self::Expression => "Expression",
            Self::KeyResolution => "Key resolution",
            Self::Referenced => "Property of a referenced object",
            Self::Members => "Members of a table",
            Self::CompositeKey => "Composite key",
            Self::Convert => "Case or character conversion",
            Self::Script => "Script",
            Self::ColumnGroup => "Column group",
        }
    }

    /// What it is for.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Fixed => "The same value for every object. Read only.",
            Self::Pattern => {
                "Text made of properties, such as %First%.%Last%; NULL counts as empty. Read only."
            }
            Self::Expression => "An SQL expression over the properties of the table. Read only.",
            Self::KeyResolution => {
                "A foreign key shown as a property of the object that it leads to. Writing finds the object that has \
                 the value and stores its key."
            }
            Self::Referenced => {
                "A property of an object that several references lead to, hop by hop. Writing finds the object of the \
                 first hop."
            }
            Self::Members => {
                "The members in a table that refers to this one, as a list of values. Writing adds and removes the rows \
                 that differ."
            }
            Self::CompositeKey => "Several properties as one key value, such as a|b.",
            Self::Convert => "The text of a property in another case, or without accents. Read only.",
            Self::Script => {
                "A read part gives the value, a write part takes it as value and assigns columns; either may be left \
                 out. Scripts name columns as $Name$."
            }
            Self::ColumnGroup => "A column group of the key information, as one text.",
        }
    }

    /// True if the kind can give a list.
    pub const fn can_be_list(self) -> bool {
        matches!(self, Self::Expression | Self::Script | Self::Members)
    }

    /// What a property of this kind begins with.
    pub fn begin(self, schema: &Schema, schema_type: &SchemaType) -> VirtualKind {
        let reference =
            || schema_type.foreign_keys.first().map(|one| one.properties.clone()).unwrap_or_default();
        match self {
            Self::Fixed => VirtualKind::Fixed(Literal::String(String::new())),
            Self::Pattern => VirtualKind::Pattern(String::new()),
            Self::Expression => VirtualKind::Expression(String::new()),
            Self::KeyResolution => {
                VirtualKind::KeyResolution { reference: reference(), property: String::new() }
            }
            Self::Referenced => {
                VirtualKind::ReferencedProperty { path: vec![reference()], property: String::new() }
            }
            Self::Members => members(schema, schema_type),
            Self::CompositeKey => VirtualKind::CompositeKey(schema_type.key.clone()),
            Self::Convert => {
                VirtualKind::Convert { property: String::new(), conversion: CharacterConversion::LowerCase }
            }
            Self::Script => VirtualKind::Script { read: Some(String::new()), write: None },
            Self::ColumnGroup => VirtualKind::ColumnGroup(
                schema_type.column_groups.first().map(|group| group.name.clone()).unwrap_or_default(),
            ),
        }
    }
}

/// What has yet to be chosen or typed before there are values.
pub fn unfinished(kind: &VirtualKind) -> Option<&'static str> {
    let (is_missing, words) = match kind {
        VirtualKind::KeyResolution { reference, property } => {
            (reference.is_empty() || property.is_empty(), "Choose a reference and a property to see values.")
        }
        VirtualKind::ReferencedProperty { path, property } => (
            path.iter().any(Vec::is_empty) || property.is_empty(),
            "Choose references and a property to see values.",
        ),
        VirtualKind::Members { schema_type, own_reference, property, .. } => (
            schema_type.is_empty() || own_reference.is_empty() || property.is_empty(),
            "Choose a table and the property to list, to see values.",
        ),
        VirtualKind::Convert { property, .. } => {
            (property.is_empty(), "Choose the property to convert, to see values.")
        }
        VirtualKind::CompositeKey(names) => (names.is_empty(), "Add properties to see values."),
        VirtualKind::Expression(text) => (text.trim().is_empty(), "Type an expression to see values."),
        VirtualKind::Script { read, .. } => (
            read.as_deref().is_none_or(|text| text.trim().is_empty()),
            "Without a read part there are no values.",
        ),
        VirtualKind::Fixed(_) | VirtualKind::Pattern(_) | VirtualKind::ColumnGroup(_) => (false, ""),
    };
    is_missing.then_some(words)
}

/// Members in the first table that refers to this one, and over it to another.
fn members(schema: &Schema, own: &SchemaType) -> VirtualKind {
    let refers = |one: &&SchemaType| one.foreign_keys.iter().any(|key| key.references == own.name);
    let by_references = |one: &SchemaType| std::cmp::Reverse(one.foreign_keys.len());
    let table = schema.types.iter().filter(refers).min_by_key(|one| by_references(one));
    let back = table.and_then(|one| one.foreign_keys.iter().find(|key| key.references == own.name));
    let over = table.and_then(|one| one.foreign_keys.iter().find(|key| Some(*key) != back));
    VirtualKind::Members {
        schema_type: table.map(|one| one.name.clone()).unwrap_or_default(),
        own_reference: back.map(|key| key.properties.clone()).unwrap_or_default(),
        member_reference: over.map(|key| key.properties.clone()).unwrap_or_default(),
        property: String::new(),
    }
}
