//! Random mappings, workflows and everything else of a project.

use super::*;

fn direction() -> impl Strategy<Value = Direction> {
    select(vec![Direction::ToTarget, Direction::ToCentral])
}

fn mapping_direction() -> impl Strategy<Value = MappingDirection> {
    use MappingDirection as M;
    select(vec![M::FromMapping, M::Both, M::ToTarget, M::ToCentral, M::DoNotMap])
}

fn lifecycle() -> impl Strategy<Value = Lifecycle> {
    select(vec![Lifecycle::Active, Lifecycle::Proposed, Lifecycle::Off])
}

fn match_expression() -> impl Strategy<Value = MatchExpression> {
    (text(), text())
        .prop_map(|(left, right)| MatchExpression::Pair(left, right))
        .prop_recursive(3, 8, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..3).prop_map(MatchExpression::All),
                vec(inner, 0..3).prop_map(MatchExpression::Any),
            ]
        })
        .boxed()
}

prop_compose! {
    fn matching_rule()(
        (name, on, ignore_case) in (text(), match_expression(), any::<bool>()),
        graded in maybe((number(), number(), number()).prop_map(|(weight, definite, candidate)| {
            GradedMatching { weight, definite, candidate }
        })),
    ) -> MatchingRule {
        MatchingRule { name, on, ignore_case, graded }
    }
}

fn formula() -> impl Strategy<Value = Formula> {
    prop_oneof![
        text().prop_map(Formula::Expression),
        text().prop_map(Formula::Pattern),
        text().prop_map(Formula::Script)
    ]
}

prop_compose! {
    fn transformation()(
        (to_target, to_central) in (maybe(formula()), maybe(formula())),
        when_empty in prop_oneof![
            Just(EmptySource::WriteEmpty), Just(EmptySource::Keep), formula().prop_map(EmptySource::UseDefault),
        ],
        (value_on_insert, fixed_value) in (maybe(literal()), maybe(literal())),
        multi_value in prop_oneof![
            Just(MultiValueWrite::Replace), Just(MultiValueWrite::AddOnly),
            texts().prop_map(MultiValueWrite::Protect),
        ],
    ) -> Transformation {
        Transformation { to_target, to_central, when_empty, value_on_insert, fixed_value, multi_value }
    }
}

prop_compose! {
    fn flags()(
        [ignore_in_provisioning, write_back, send_on_password_change, operation_option] in any::<[bool; 4]>(),
        (date_format, trusted_source) in (maybe(text()), maybe(text())),
        lookup in vec((text(), text()).prop_map(|(code, decode)| LookupEntry { code, decode }), 0..2),
        lookup_source in maybe((text(), text(), text(), maybe(text())).prop_map(|(class, code, decode, condition)| {
            LookupSource { side: Side::Right, class, code, decode, condition }
        })),
        send_on in select(vec![SendOn::Always, SendOn::Create, SendOn::Update]),
    ) -> PropertyFlags {
        PropertyFlags {
            ignore_in_provisioning, write_back, date_format, lookup, lookup_source, trusted_source, send_on_password_change,
            send_on, operation_option,
        }
    }
}

prop_compose! {
    fn property_rule()(
        (name, display_name, description, left, right) in (text(), text(), text(), text(), text()),
        (direction, lifecycle, condition) in (mapping_direction(), lifecycle(), maybe(condition())),
        kind in select(vec![RuleKind::Value, RuleKind::MultiReference]),
        concurrence in select(vec![ConcurrenceBehaviour::DoNotApply, ConcurrenceBehaviour::Apply]),
        sort_order in select(vec![SortOrder::Automatic, SortOrder::Respect, SortOrder::Ignore]),
        members in prop_oneof![
            Just(MemberFilter::All), texts().prop_map(MemberFilter::IncludeOnly),
            texts().prop_map(MemberFilter::Exclude),
        ],
        bits in any::<[bool; 8]>(),
        (transformation, flags) in (transformation(), flags()),
        validation in
            maybe((condition(), text()).prop_map(|(accept, message)| Validation { accept, message })),
    ) -> PropertyRule {
        let [ignore_direction_on_insert, do_not_overwrite, force_against_direction,
            detect_rogue_modifications, correct_rogue_modifications, ignore_case,
            first_value_as_single_value, no_merge_mode] = bits;
        PropertyRule {
            name, display_name, description, kind, left, right, direction, ignore_direction_on_insert,
            concurrence, do_not_overwrite, condition, force_against_direction, detect_rogue_modifications,
            correct_rogue_modifications, sort_order, ignore_case, first_value_as_single_value, no_merge_mode,
            members, transformation, validation, flags, lifecycle,
        }
    }
}

fn exclusions() -> impl Strategy<Value = Vec<Exclusion>> {
    let test = prop_oneof![text().prop_map(ExclusionTest::Equals), text().prop_map(ExclusionTest::Matches)];
    vec((text(), test).prop_map(|(property, test)| Exclusion { property, test }), 0..2).boxed()
}

prop_compose! {
    fn action()(
        (name, script, lifecycle) in (text(), text(), lifecycle()),
        side in select(vec![Side::Left, Side::Right]),
        when in select(vec![ActionTime::Before, ActionTime::After]),
        on in select(vec![ActionEvent::Insert, ActionEvent::Update, ActionEvent::Delete]),
    ) -> Action {
        Action { name, side, when, on, script, lifecycle }
    }
}

prop_compose! {
    fn mapping()(
        (name, display_name, description, left, right) in (text(), text(), text(), text(), text()),
        (direction, lifecycle) in (mapping_direction(), lifecycle()),
        [only_for_updates, prevent_ambiguous_matches, remember_pairs] in any::<[bool; 3]>(),
        hierarchy in select(vec![Hierarchy::ParentsFirst, Hierarchy::Flat]),
        (reading, writing) in (exclusions(), exclusions()),
        matching in vec(matching_rule(), 0..3),
        rules in vec(property_rule(), 0..3),
        actions in vec(action(), 0..3),
    ) -> Mapping {
        Mapping {
            name, display_name, description, left, right, direction, only_for_updates,
            prevent_ambiguous_matches, hierarchy, remember_pairs, lifecycle,
            exclusions: Exclusions { reading, writing }, matching, rules, actions,
        }
    }
}

fn choices() -> impl Strategy<Value = Vec<MethodChoice>> {
    use Method as M;
    let method =
        select(vec![M::Ignore, M::Insert, M::Update, M::Delete, M::MarkOutstanding, M::ResetOutstanding]);
    let choice =
        (method, maybe(condition())).prop_map(|(method, condition)| MethodChoice { method, condition });
    vec(choice, 0..3).boxed()
}

fn quota() -> impl Strategy<Value = Option<Quota>> {
    maybe((maybe(number()), any::<Option<u64>>()).prop_map(|(percent, count)| Quota { percent, count }))
}

prop_compose! {
    fn step()(
        (name, mapping, lifecycle) in (text(), text(), lifecycle()),
        (direction, data_import) in (maybe(direction()), any::<bool>()),
        (insert, update, delete, mark_outstanding) in (quota(), quota(), quota(), quota()),
        (both_differ, only_in_source, only_in_destination, outstanding_returned) in
            (choices(), choices(), choices(), choices()),
    ) -> Step {
        Step {
            name, mapping, lifecycle, direction, data_import,
            quotas: Quotas { insert, update, delete, mark_outstanding },
            methods: Methods { both_differ, only_in_source, only_in_destination, outstanding_returned },
        }
    }
}

prop_compose! {
    fn workflow()(
        (name, display_name, description, direction) in (text(), text(), text(), direction()),
        (continue_on_error, automatic) in any::<(bool, bool)>(),
        steps in vec(step(), 0..3),
    ) -> Workflow {
        let dependency_resolution =
            if automatic { DependencyResolution::Automatic } else { DependencyResolution::Manual };
        Workflow { name, display_name, description, direction, continue_on_error, dependency_resolution, steps }
    }
}

prop_compose! {
    fn start_up()(
        (name, display_name, description, workflow) in (text(), text(), text(), text()),
        (direction, variable_set, log_level) in (maybe(direction()), maybe(text()), log_level()),
        collision_detection in select(vec![
            CollisionDetection::None, CollisionDetection::BeforeMapping, CollisionDetection::BeforeSaving,
        ]),
        when_busy in select(vec![WhenBusy::StopWithError, WhenBusy::Wait, WhenBusy::Skip]),
        (revision_filter, bulk_level, parallelism) in any::<(bool, Option<u32>, Option<u32>)>(),
        schedule in maybe(prop_oneof![
            text().prop_map(Schedule::Cron), any::<u32>().prop_map(Schedule::EveryMinutes),
        ].boxed()),
    ) -> StartUpConfiguration {
        StartUpConfiguration {
            name, display_name, description, workflow, direction, variable_set, revision_filter,
            collision_detection, when_busy, log_level, bulk_level, parallelism, schedule,
        }
    }
}

fn variable() -> impl Strategy<Value = Variable> {
    (text(), text(), any::<bool>(), secret_store(), text()).prop_map(
        |(name, value, secret, secret_store, description)| Variable {
            name,
            value,
            secret,
            secret_store,
            description,
        },
    )
}

prop_compose! {
    fn target_system_type()(
        (name, description, display_name, compliance_text) in (text(), text(), text(), text()),
        (cross_boundary_inheritance, show_in_compliance_wizard) in any::<(bool, bool)>(),
        alternative_connectors in texts(),
        tables in vec(
            (text(), any::<(bool, bool)>(), maybe(text()), maybe(text()), maybe(text())).prop_map(
                |(schema_type, (publishable, merge_mode), merge_condition, changed_marker, root_object_path)|
                    TargetSystemTable {
                        schema_type, publishable, merge_mode, merge_condition, changed_marker,
                        root_object_path,
                    }),
            0..2),
    ) -> TargetSystemType {
        TargetSystemType {
            name, description, display_name, cross_boundary_inheritance, show_in_compliance_wizard,
            compliance_text, alternative_connectors, tables,
        }
    }
}

prop_compose! {
    fn base_object()(
        (name, schema_type, object) in (text(), text(), maybe(text())),
        (server, variable_set, start_ups) in (maybe(text()), maybe(text()), texts()),
    ) -> BaseObject {
        BaseObject { name, schema_type, object, server, variable_set, start_ups }
    }
}

prop_compose! {
    /// A project of the newest format; nothing in it needs to make sense.
    pub fn project()(
        (name, display_name, description, active, rhai) in
            (text(), text(), text(), any::<bool>(), any::<bool>()),
        (central, target) in (system(), system()),
        (mappings, workflows) in (vec(mapping(), 0..3), vec(workflow(), 0..3)),
        (start_ups, variables) in (vec(start_up(), 0..3), vec(variable(), 0..2)),
        variable_sets in vec((text(), vec(variable(), 0..2)).prop_map(|(name, variables)| {
            VariableSet { name, variables }
        }), 0..2),
        (base_objects, target_system_types) in (vec(base_object(), 0..2), vec(target_system_type(), 0..2)),
        snippets in vec((text(), text()).prop_map(|(name, code)| Snippet { name, code }), 0..2),
    ) -> Project {
        Project {
            format: FORMAT_VERSION, name, display_name, description, active,
            script_language: if rhai { ScriptLanguage::Rhai } else { ScriptLanguage::JavaScript },
            central, target, mappings, workflows, start_ups, variables, variable_sets, base_objects,
            target_system_types, snippets,
        }
    }
}
