//! What a service of type `confirm` registers: what it may ask a person to confirm.

use super::{RegistrationProblem, Service, ServiceType};

/// Checks the templates of a service.
pub(super) fn check(service: &Service) -> Result<(), RegistrationProblem> {
    let refuse = |reason: &str| {
        Err(RegistrationProblem::Service {
            code: service.code.clone(),
            reason: reason.to_owned(),
        })
    };
    let templates = &service.templates;
    let repeated = |at: usize| templates[..at].contains(&templates[at]);
    if (0..templates.len()).any(repeated) {
        return refuse("templates: one is there twice");
    }
    match (service.kind, templates.is_empty()) {
        (ServiceType::Confirm, true) => {
            refuse("templates: list at least one of payment, order, contract, access and text")
        }
        (ServiceType::Login | ServiceType::Share | ServiceType::Sign, false) => {
            refuse("templates are for the type confirm")
        }
        (ServiceType::Confirm, false)
        | (ServiceType::Login | ServiceType::Share | ServiceType::Sign, true) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use ipse_protocol::terms::Template;

    use super::*;

    #[test]
    fn a_confirm_service_lists_its_templates_and_no_other_service_does() {
        let service = |kind, templates: &[Template]| Service {
            kind,
            templates: templates.to_vec(),
            ..Service::login("PAY")
        };
        let (pay, text) = (Template::Payment, Template::Text);
        assert!(check(&service(ServiceType::Confirm, &[pay, text])).is_ok());
        assert!(check(&service(ServiceType::Login, &[])).is_ok());
        for bad in [
            service(ServiceType::Confirm, &[]),
            service(ServiceType::Confirm, &[pay, pay]),
            service(ServiceType::Login, &[pay]),
        ] {
            assert!(check(&bad).is_err(), "{bad:?}");
        }
    }
}
