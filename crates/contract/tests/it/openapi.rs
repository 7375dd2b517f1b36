//! The OpenAPI document: whole in itself, true to what validation does, and the same as the committed file.

use std::collections::BTreeSet;
use std::path::Path;

use filmgate_contract::catalogue::Catalogue;
use filmgate_contract::openapi::document;
use filmgate_contract::problem::Code;
use filmgate_domain::request::Dialect;
use serde_json::Value;

use crate::read;

fn spec() -> Value {
    serde_json::from_str(&document(&Catalogue::builtin(), "0.1.0")).unwrap()
}

/// Every operation: its path, method and value.
fn operations(spec: &Value) -> Vec<(String, String, Value)> {
    let paths = spec["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap();
        methods.iter().map(move |(method, operation)| (path.clone(), method.clone(), operation.clone()))
    });
    all.collect()
}

/// Every object in `value`, the outermost first.
fn objects<'a>(value: &'a Value, found: &mut Vec<&'a serde_json::Map<String, Value>>) {
    match value {
        Value::Object(members) => {
            found.push(members);
            members.values().for_each(|value| objects(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| objects(value, found)),
        _ => {}
    }
}

#[test]
fn the_committed_file_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    let said = document(&Catalogue::builtin(), env!("CARGO_PKG_VERSION"));
    #[expect(clippy::disallowed_methods, reason = "a test may be asked to renew its file")]
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&path, &said).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == said, "openapi.json is stale; run UPDATE=1 cargo test -p filmgate-contract");
}

#[test]
fn references_lead_somewhere_and_required_keys_exist() {
    let spec = spec();
    let mut all = Vec::new();
    objects(&spec, &mut all);
    let mut references = 0;
    for members in all {
        if let Some(target) = members.get("$ref").and_then(Value::as_str) {
            assert!(spec.pointer(target.strip_prefix('#').unwrap()).is_some(), "{target}");
            references += 1;
        }
        if let (Some(Value::Object(properties)), Some(Value::Array(required))) =
            (members.get("properties"), members.get("required"))
        {
            for key in required {
                assert!(properties.contains_key(key.as_str().unwrap()), "{key}");
            }
        }
    }
    assert!(references > 20, "{references}");
}

#[test]
fn operations_are_whole() {
    let spec = spec();
    let mut ids = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for (path, method, operation) in operations(&spec) {
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path} {method}");
        let named: BTreeSet<&str> =
            path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let declared = parameters.iter().filter(|parameter| parameter["in"] == "path");
        let declared: BTreeSet<&str> =
            declared.map(|parameter| parameter["name"].as_str().unwrap()).collect();
        assert_eq!(named, declared, "{path}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            let description = response["description"].as_str().unwrap();
            assert!(status.parse::<u16>().is_ok() && !description.is_empty());
            for code in Code::ALL.iter().filter(|code| description.contains(&format!("`{code}`:"))) {
                assert!(status == "416" || *status == code.status().to_string(), "{path} {status} {code}");
                codes.insert(code.as_str());
            }
        }
    }
    // Every code is documented where it can come from; a method that is not allowed belongs to no operation.
    let missing: Vec<&str> =
        Code::ALL.iter().map(|code| code.as_str()).filter(|code| !codes.contains(code)).collect();
    assert_eq!(missing, ["method_not_allowed"]);
}

#[test]
fn what_the_document_allows_is_accepted() {
    let spec = spec();
    for (schema, dialect) in [("SoraCreate", Dialect::Sora), ("VideosCreate", Dialect::Videos)] {
        let schema = &spec["components"]["schemas"][schema];
        let example = &schema["examples"][0];
        assert!(read(dialect, &example.to_string()).unwrap().ignored.is_empty());
        for (name, property) in schema["properties"].as_object().unwrap() {
            let mut body = example.clone();
            for other in ["aspect_ratio", "seconds"] {
                if dialect == Dialect::Sora && name != other {
                    body.as_object_mut().unwrap().remove(other);
                }
            }
            for value in property["enum"].as_array().into_iter().flatten() {
                body[name] = value.clone();
                assert!(read(dialect, &body.to_string()).is_ok(), "{name} {value}");
            }
            for bound in ["minimum", "maximum"].iter().filter_map(|bound| property.get(bound)) {
                body[name] = bound.clone();
                assert!(read(dialect, &body.to_string()).is_ok(), "{name} {bound}");
            }
        }
    }
}
