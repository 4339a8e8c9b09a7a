//! What a display template makes of the sample, worked out once per change of either.

use syncwright_core::{expr::ExprError, project::SchemaType, schema::Sample};

/// The display values of the sample of a table.
#[derive(Debug, Default)]
pub struct Display {
    of: Option<About>,
    result: Option<Result<Vec<String>, ExprError>>,
}

/// What the values were worked out of.
#[derive(Debug, PartialEq)]
struct About {
    schema_type: String,
    template: String,
    /// What is masked.
    sensitive: Vec<usize>,
    rows: usize,
}

impl Display {
    /// Brings the values up to date.
    pub fn work_out(&mut self, schema_type: &SchemaType, sample: Option<&Sample>) {
        let (Some(template), Some(sample)) = (&schema_type.display_template, sample) else {
            *self = Self::default();
            return;
        };
        let sensitive = schema_type.properties.iter().enumerate().filter(|(_, one)| one.sensitive);
        let about = About {
            schema_type: schema_type.name.clone(),
            template: template.clone(),
            sensitive: sensitive.map(|(at, _)| at).collect(),
            rows: sample.len(),
        };
        if self.of.as_ref() != Some(&about) {
            // A table without rows has no columns to work anything out of.
            self.result = (!sample.is_empty()).then(|| sample.display_values(schema_type, template));
            self.of = Some(about);
        }
    }

    /// The values, one per object of the sample, if they are those of this table.
    #[must_use]
    pub fn values(&self, schema_type: &SchemaType) -> Option<&[String]> {
        self.of.as_ref().filter(|of| of.schema_type == schema_type.name)?;
        self.result.as_ref()?.as_deref().ok()
    }
}
