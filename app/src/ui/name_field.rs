//! A field for the name of something that exists: it offers the names that fit what is typed.

use egui::{
    CompletionPopup, CompletionQuery, Id, Margin, RectAlign, Response, Suggestion, TextEdit, TextFormat, Ui,
    WidgetText, text::LayoutJob,
};

use super::{theme, tokens};

/// Names of a list are not more than somebody looks through.
const MOST: usize = 40;

/// Shows the field over `width`, with a hint while it is empty. The names come with a remark each.
pub fn name_field_ui<'a>(
    ui: &mut Ui,
    id: Id,
    (name, hint): (&str, &str),
    text: &mut String,
    width: f32,
    names: impl Iterator<Item = (&'a str, String)>,
) -> Response {
    let edit = TextEdit::singleline(text)
        .hint_text(hint)
        .desired_width(width)
        .margin(Margin::symmetric(8, 5))
        .min_size(egui::vec2(0.0, theme::CONTROL));
    let focused = ui.memory(|memory| memory.has_focus(id));
    let painter = ui.painter().clone();
    let colors = tokens(ui);
    // Laid out before: the popup is as wide as the field and would break names that are longer.
    let suggestion = |(name, remark): (&str, String)| {
        let mut job = LayoutJob::default();
        job.append(name, 0.0, TextFormat::simple(theme::body(), colors.text));
        job.append(&remark, theme::S3, TextFormat::simple(theme::caption(), colors.text_secondary));
        job.wrap.max_width = f32::INFINITY;
        Suggestion::new(name.to_owned()).content(WidgetText::from(painter.layout_job(job)))
    };
    let output = CompletionPopup::new(id).word_boundary(|_| false).align(RectAlign::BOTTOM_START).show(
        ui,
        edit,
        |query: &CompletionQuery<'_>| {
            if !focused {
                return Vec::new();
            }
            fitting(query.text, names).into_iter().map(suggestion).collect()
        },
    );
    output.text_edit.response.response.clone().accessible_name(name)
}

/// Names that begin so, then names that have it in them; none if one of them is typed out already.
fn fitting<'a>(typed: &str, names: impl Iterator<Item = (&'a str, String)>) -> Vec<(&'a str, String)> {
    let typed = typed.trim();
    let lower = typed.to_lowercase();
    let mut ranked = Vec::new();
    for (name, remark) in names {
        if name == typed {
            return Vec::new();
        }
        let candidate = name.to_lowercase();
        if candidate.contains(&lower) {
            ranked.push((!candidate.starts_with(&lower), name, remark));
        }
    }
    ranked.sort_by_key(|(inside, ..)| *inside);
    ranked.truncate(MOST);
    ranked.into_iter().map(|(_, name, remark)| (name, remark)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(typed: &str) -> Vec<&'static str> {
        let all = ["LastName", "Name", "Key"].into_iter().map(|name| (name, String::new()));
        fitting(typed, all).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn what_begins_so_is_offered_first_and_a_whole_name_needs_no_offer() {
        assert_eq!(names("na"), ["Name", "LastName"]);
        assert_eq!(names(""), ["LastName", "Name", "Key"]);
        assert!(names("Name").is_empty());
        assert!(names("x").is_empty());
    }
}
