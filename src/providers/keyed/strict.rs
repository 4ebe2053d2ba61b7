//! `strict`: the service makes arguments or an answer follow a schema exactly. OpenAI, and services that took this over from it, refuse
//! schemas that are not of a certain form (400), so of other schemas `strict` is left out, with a warning.
//!
//! Source: OpenAI's guide "Structured Outputs" (supported schemas), and `toStrictJsonSchema` in its own package.

use super::messages::{each_schema, has_type, one_of_as_any_of};
use crate::json::{Map, Value};
use crate::text::filled;

/// Keywords that the service refuses in a strict schema.
const REFUSED: [&str; 14] = [
    "allOf",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "not",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedProperties",
    "uniqueItems",
];

/// Makes the schema at `key` of `given` one that may be strict, if `given` is to be `strict`: objects are closed, and `oneOf` is `anyOf`. Where that is not enough,
/// `strict` becomes false. `what`: the option, for the warning.
pub fn adapt(given: &mut Map, key: &str, what: &str, service: &str, warnings: &mut Vec<String>) {
    if given.get("strict") != Some(&Value::Bool(true)) {
        return;
    }
    let mut schema = given.get(key).cloned().unwrap_or_default();
    if is_strict(&mut schema) {
        given.insert(key, schema);
        return;
    }
    given.insert("strict", false.into());
    const LEFT_OUT: &str = "$: $ takes 'strict' only of the schema of an object in which each member is required and has a type, no object is open and no \
        keyword such as 'allOf', 'not' or 'if' stands: 'strict' was left out";
    warnings.push(filled(LEFT_OUT, &[what, service]));
}

/// As [`adapt`], for the arguments of a function.
pub fn adapt_tool(function: &mut Map, key: &str, service: &str, warnings: &mut Vec<String>) {
    let what = filled("the tool '$'", &[function.text_or_empty("name")]);
    adapt(function, key, &what, service, warnings);
}

/// As [`adapt`], for the tools and the form of the answer in a body of Chat Completions.
pub fn adapt_chat(body: &mut Map, service: &str, warnings: &mut Vec<String>) {
    if let Some(Value::Array(tools)) = body.get_mut("tools") {
        for tool in tools.iter_mut().filter_map(Value::as_object_mut) {
            if let Some(Value::Object(function)) = tool.get_mut("function") {
                adapt_tool(function, "parameters", service, warnings);
            }
        }
    }
    let format = body.get_mut("response_format").and_then(Value::as_object_mut);
    if let Some(Value::Object(format)) = format.and_then(|format| format.get_mut("json_schema")) {
        adapt(format, "schema", FORMAT, service, warnings);
    }
}

/// The option that holds the schema of an answer.
pub const FORMAT: &str = "responseFormat";

/// Closes the objects of a schema. Returns whether it may be strict then.
fn is_strict(schema: &mut Value) -> bool {
    // At the root there is an object, and no choice.
    let mut fits = schema.text("type") == Some("object") && schema.get("anyOf").or(schema.get("oneOf")).is_none();
    each_schema(schema, &mut |members| {
        one_of_as_any_of(members);
        fits &= ["type", "anyOf", "$ref", "enum", "const"].iter().any(|keyword| members.contains_key(keyword));
        fits &= !REFUSED.iter().any(|keyword| members.contains_key(keyword));
        fits &= !has_type(members, "array") || members.get("items").is_some_and(Value::is_object);
        let Some(Value::Object(properties)) = members.get("properties") else {
            // An object of any members, which cannot be closed.
            fits &= !has_type(members, "object");
            return;
        };
        let required = members.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        fits &= properties.iter().all(|(_, schema)| schema.is_object());
        fits &= properties.keys().all(|name| required.iter().any(|required| required.as_str() == Some(name)));
        fits &= members.get("additionalProperties").is_none_or(|open| *open == Value::Bool(false));
        members.insert("additionalProperties", false.into());
    });
    fits
}
