//! `authorization_details` (RFC 9396): what a service of type `confirm` asks a person to confirm. The templates, and what each may
//! say, are rules of the scheme; this is the list around them.

use ipse_jose::strict_json;
use ipse_protocol::terms::Template;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::{Service, ServiceType};
use crate::error::{OAuthError, OAuthErrorCode};

/// The prefix of the types.
const PREFIX: &str = "https://ipse.example/confirm/";
/// The longest parameter, in bytes.
pub const MAX: usize = 16 * 1024;

/// The entry of a list of authorization details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Details(Map<String, Value>);

impl Details {
    /// The entry, as it was sent.
    pub const fn entry(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The template that its type names.
    pub fn template(&self) -> Option<Template> {
        template(self.0.get("type")?.as_str()?)
    }
}

const fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidAuthorizationDetails, description)
}

/// The type of a template (RFC 9396 §2.1).
pub fn type_of(template: Template) -> String {
    format!("{PREFIX}{template}")
}

fn template(name: &str) -> Option<Template> {
    Template::parse(name.strip_prefix(PREFIX)?)
}

/// Reads the parameter of a request to this service.
///
/// # Errors
/// `invalid_authorization_details` (RFC 9396 §5).
pub fn read(text: Option<&str>, service: &Service) -> Result<Option<Details>, OAuthError> {
    let Some(text) = text else {
        return match service.kind {
            ServiceType::Confirm => Err(invalid(
                "authorization_details is missing: say what the person is to confirm",
            )),
            ServiceType::Login | ServiceType::Share | ServiceType::Sign => Ok(None),
        };
    };
    if service.kind != ServiceType::Confirm {
        return Err(invalid(
            "authorization_details are for services of type confirm: leave them out, or name such a service in scope",
        ));
    }
    if text.len() > MAX {
        return Err(invalid("authorization_details is longer than 16 KiB"));
    }
    let list: Vec<Map<String, Value>> = strict_json(text.as_bytes()).map_err(|_| {
        invalid("authorization_details must be a JSON list of objects without repeated members")
    })?;
    let Ok([entry]) = <[_; 1]>::try_from(list) else {
        return Err(invalid("authorization_details must have exactly one entry"));
    };
    let Some(name) = entry.get("type").and_then(Value::as_str) else {
        return Err(invalid("authorization_details: type is missing"));
    };
    let Some(template) = template(name) else {
        return Err(invalid(
            "authorization_details: type is unknown; the metadata lists authorization_details_types_supported",
        ));
    };
    if !service.templates.contains(&template) {
        return Err(invalid(
            "authorization_details: the service did not register this type (templates)",
        ));
    }
    Ok(Some(Details(entry)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(kind: ServiceType) -> Service {
        Service {
            kind,
            templates: vec![Template::Payment],
            ..Service::login("PAY")
        }
    }

    #[test]
    fn one_registered_entry_is_read_as_it_was_sent() {
        let confirm = service(ServiceType::Confirm);
        let text = r#"[{"type":"https://ipse.example/confirm/payment","amount":"1250"}]"#;
        let read = read(Some(text), &confirm).unwrap().unwrap();
        assert_eq!(read.template(), Some(Template::Payment));
        assert_eq!(read.entry()["amount"], "1250");
        assert_eq!(serde_json::to_value(&read).unwrap()["amount"], "1250");
    }

    #[test]
    fn every_other_list_is_refused_with_the_reason() {
        let confirm = service(ServiceType::Confirm);
        for (text, reason) in [
            ("", "JSON list"),
            ("{}", "JSON list"),
            (r#"[{"a":1,"a":2}]"#, "JSON list"),
            ("[]", "exactly one"),
            ("[{},{}]", "exactly one"),
            ("[{}]", "type is missing"),
            (r#"[{"type":1}]"#, "type is missing"),
            (r#"[{"type":"payment"}]"#, "type is unknown"),
            (
                r#"[{"type":"https://ipse.example/confirm/Payment"}]"#,
                "type is unknown",
            ),
            (
                r#"[{"type":"https://ipse.example/confirm/text"}]"#,
                "did not register",
            ),
        ] {
            let error = read(Some(text), &confirm).unwrap_err();
            assert_eq!(error.code, OAuthErrorCode::InvalidAuthorizationDetails);
            assert!(
                error.description.contains(reason),
                "{text}: {}",
                error.description
            );
        }
        let long = format!("[{{\"type\":\"{}\"}}]", "x".repeat(MAX));
        assert!(
            read(Some(&long), &confirm)
                .unwrap_err()
                .description
                .contains("16 KiB")
        );
        assert!(
            read(None, &confirm)
                .unwrap_err()
                .description
                .contains("missing")
        );
    }

    #[test]
    fn a_service_of_another_type_takes_none() {
        for kind in [ServiceType::Login, ServiceType::Share] {
            assert_eq!(read(None, &service(kind)), Ok(None));
            assert!(read(Some("[{}]"), &service(kind)).is_err());
        }
    }
}
