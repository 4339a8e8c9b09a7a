//! The project template (W18): what a project does, without the systems that it does it with.

use std::{collections::BTreeSet, path::Path};

use serde::{Deserialize, Serialize};

use super::{
    TEMPLATE_VERSION, TemplateError, TemplateKind, Unfit,
    file::{self, Template},
};
use crate::project::{
    Mapping, Project, Schema, SchemaClass, ScriptLanguage, Side, Snippet, StartUpConfiguration,
    TargetSystemType, Variable, VariableSet, Workflow, is_default,
};

/// A project without connections and schemas (W18): mappings, workflows, classes, script language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectTemplate {
    /// Version of the file, see [`TEMPLATE_VERSION`]. Always the first field.
    pub template: u32,
    /// [`TemplateKind::Project`].
    pub kind: TemplateKind,
    /// Name that people choose it by.
    pub name: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// Language of all scripts (W19).
    #[serde(default, skip_serializing_if = "is_default")]
    pub script_language: ScriptLanguage,
    /// Classes of the central system.
    #[serde(default, skip_serializing_if = "is_default")]
    pub central_classes: Vec<SchemaClass>,
    /// Classes of the target system.
    #[serde(default, skip_serializing_if = "is_default")]
    pub target_classes: Vec<SchemaClass>,
    /// Mappings.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mappings: Vec<Mapping>,
    /// Workflows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub workflows: Vec<Workflow>,
    /// Start up configurations.
    #[serde(default, skip_serializing_if = "is_default")]
    pub start_ups: Vec<StartUpConfiguration>,
    /// Variables that the rest uses; secret ones without a value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub variables: Vec<Variable>,
    /// Variable sets; secret variables without a value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub variable_sets: Vec<VariableSet>,
    /// Target system types (O2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub target_system_types: Vec<TargetSystemType>,
    /// Code that scripts share (E5).
    #[serde(default, skip_serializing_if = "is_default")]
    pub snippets: Vec<Snippet>,
}

impl Template for ProjectTemplate {
    const KIND: TemplateKind = TemplateKind::Project;

    fn version(&self) -> u32 {
        self.template
    }

    fn kind(&self) -> TemplateKind {
        self.kind
    }
}

impl ProjectTemplate {
    /// What a project does. Base objects stay behind: they name objects and servers of one environment.
    #[must_use]
    pub fn of(project: &Project, name: &str) -> Self {
        let mut template = Self {
            template: TEMPLATE_VERSION,
            kind: TemplateKind::Project,
            name: name.to_owned(),
            description: project.description.clone(),
            script_language: project.script_language,
            central_classes: project.central.schema.classes.clone(),
            target_classes: project.target.schema.classes.clone(),
            mappings: project.mappings.clone(),
            workflows: project.workflows.clone(),
            start_ups: project.start_ups.clone(),
            variables: project.variables.clone(),
            variable_sets: project.variable_sets.clone(),
            target_system_types: project.target_system_types.clone(),
            snippets: project.snippets.clone(),
        };
        template.clear_secrets();
        template
    }

    /// A variable that is secret in the default set is secret in all of them.
    fn clear_secrets(&mut self) {
        let secret: BTreeSet<String> =
            self.variables.iter().filter(|one| one.secret).map(|one| one.name.clone()).collect();
        let sets = self.variable_sets.iter_mut().flat_map(|set| &mut set.variables);
        for variable in self.variables.iter_mut().chain(sets) {
            if variable.secret || secret.contains(&variable.name) {
                variable.value.clear();
            }
        }
    }

    /// Reads a template from RON text; `name` names it in errors.
    ///
    /// # Errors
    ///
    /// With line, column and hint if it is no project template, or one of a newer version.
    pub fn from_text(name: &str, text: &str) -> Result<Self, TemplateError> {
        file::from_text(name, text)
    }

    /// The template as RON text.
    ///
    /// # Errors
    ///
    /// Not expected for any template.
    pub fn to_text(&self) -> Result<String, TemplateError> {
        file::to_text(self)
    }

    /// Loads a template.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, and those of [`ProjectTemplate::from_text`].
    pub fn load(path: &Path) -> Result<Self, TemplateError> {
        file::load(path)
    }

    /// Saves the template, in place of an older one. Asking whether to overwrite is the caller's.
    ///
    /// # Errors
    ///
    /// [`TemplateError::InTheWay`] if there is a file that is no project template or one of a newer version;
    /// [`TemplateError::Write`]. What was there is unchanged then.
    pub fn save(&self, path: &Path) -> Result<(), TemplateError> {
        file::save(self, path)
    }

    /// Adds the parts of the template to a project, blank or not, whose schemas are known. What the project has
    /// under the same name stays as it is. Gives what does not fit: classes without their table, and what needs
    /// them; whether rules find their columns is for the check to say.
    ///
    /// # Errors
    ///
    /// [`TemplateError::OtherLanguage`] if the project is not blank and its scripts are in another language; the
    /// project is unchanged then.
    pub fn apply(&self, project: &mut Project) -> Result<Vec<Unfit>, TemplateError> {
        let blank =
            project.mappings.is_empty() && project.workflows.is_empty() && project.snippets.is_empty();
        if !blank && project.script_language != self.script_language {
            let (template, project) = (self.script_language, project.script_language);
            return Err(TemplateError::OtherLanguage { template, project });
        }
        project.script_language = self.script_language;
        let mut unfit = Vec::new();
        add_classes(&mut project.central.schema, &self.central_classes, Side::Left, &mut unfit);
        add_classes(&mut project.target.schema, &self.target_classes, Side::Right, &mut unfit);
        self.add_mappings(project, &mut unfit);
        self.add_workflows(project, &mut unfit);
        self.add_start_ups(project, &mut unfit);
        add(&mut project.variables, &self.variables, "variable", |one| &one.name, &mut unfit);
        add(&mut project.variable_sets, &self.variable_sets, "variable set", |one| &one.name, &mut unfit);
        let types = &mut project.target_system_types;
        add(types, &self.target_system_types, "target system type", |one| &one.name, &mut unfit);
        add(&mut project.snippets, &self.snippets, "snippet", |one| &one.name, &mut unfit);
        Ok(unfit)
    }

    fn add_mappings(&self, project: &mut Project, unfit: &mut Vec<Unfit>) {
        let fits = |mapping: &&Mapping| {
            let ends = [(Side::Left, &mapping.left), (Side::Right, &mapping.right)];
            let missing =
                ends.into_iter().find(|(side, class)| project.system(*side).schema.class(class).is_none());
            if let Some((side, class)) = missing {
                let reason = format!("the {} has no class {class}", side.system_name());
                unfit.push(Unfit::new(format!("mapping {}", mapping.name), reason));
            }
            missing.is_none()
        };
        let fitting: Vec<Mapping> = self.mappings.iter().filter(fits).cloned().collect();
        add(&mut project.mappings, &fitting, "mapping", |one| &one.name, unfit);
    }

    fn add_workflows(&self, project: &mut Project, unfit: &mut Vec<Unfit>) {
        let mut fitting = Vec::new();
        for workflow in &self.workflows {
            let mut workflow = workflow.clone();
            let had_steps = !workflow.steps.is_empty();
            workflow.steps.retain(|step| {
                let fits = project.mapping(&step.mapping).is_some();
                if !fits {
                    let part = format!("step {} of the workflow {}", step.name, workflow.name);
                    unfit.push(Unfit::new(part, format!("there is no mapping {}", step.mapping)));
                }
                fits
            });
            if had_steps && workflow.steps.is_empty() {
                unfit.push(Unfit::new(format!("workflow {}", workflow.name), "none of its steps fits"));
            } else {
                fitting.push(workflow);
            }
        }
        add(&mut project.workflows, &fitting, "workflow", |one| &one.name, unfit);
    }

    fn add_start_ups(&self, project: &mut Project, unfit: &mut Vec<Unfit>) {
        let fits = |start_up: &&StartUpConfiguration| {
            let fits = project.workflow(&start_up.workflow).is_some();
            if !fits {
                let part = format!("start up configuration {}", start_up.name);
                unfit.push(Unfit::new(part, format!("there is no workflow {}", start_up.workflow)));
            }
            fits
        };
        let fitting: Vec<StartUpConfiguration> = self.start_ups.iter().filter(fits).cloned().collect();
        add(&mut project.start_ups, &fitting, "start up configuration", |one| &one.name, unfit);
    }
}

fn add_classes(schema: &mut Schema, classes: &[SchemaClass], side: Side, unfit: &mut Vec<Unfit>) {
    let what = format!("class of the {}", side.system_name());
    let fits = |class: &&SchemaClass| {
        let fits = schema.types.iter().any(|one| one.name == class.schema_type);
        if !fits {
            let reason = format!("there is no table {}", class.schema_type);
            unfit.push(Unfit::new(format!("{what} {}", class.name), reason));
        }
        fits
    };
    let fitting: Vec<SchemaClass> = classes.iter().filter(fits).cloned().collect();
    add(&mut schema.classes, &fitting, &what, |one| &one.name, unfit);
}

/// Adds what is not there. The same once more is nothing to tell.
fn add<T: Clone + PartialEq>(
    known: &mut Vec<T>,
    new: &[T],
    what: &str,
    name: impl Fn(&T) -> &String,
    unfit: &mut Vec<Unfit>,
) {
    for part in new {
        match known.iter().find(|one| name(one) == name(part)) {
            None => known.push(part.clone()),
            Some(same) if same == part => {}
            Some(_) => unfit.push(Unfit::new(
                format!("{what} {}", name(part)),
                "the project has another one of that name",
            )),
        }
    }
}
