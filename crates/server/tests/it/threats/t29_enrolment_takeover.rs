//! Threat 29: taking over another person's number by enrolling.

use ipse_store::person::LookupField;
use reqwest::StatusCode;

use crate::support::TestNetwork;

#[tokio::test]
async fn t29_a_number_moves_only_to_a_proven_sim() {
    for network in TestNetwork::both().await {
        let holder = network.enrolled(0).await;
        let lookup = |n: usize| {
            let (store, keys) = (
                network.server.scheme.store.clone(),
                network.server.scheme.keys.clone(),
            );
            async move {
                let hash = ipse_scheme::person::lookup_hash(
                    &*keys,
                    LookupField::PhoneNumber,
                    &crate::support::number(n),
                );
                store
                    .read(move |tx| {
                        ipse_store::person::by_lookup(tx, LookupField::PhoneNumber, &hash)
                    })
                    .await
                    .expect("store")
            }
        };
        assert_eq!(lookup(0).await.as_deref(), Some(&*holder.identity));
        // A SIM that cannot answer asks for no proof of the number; here it is the other person's, reported so.
        let mut other = network.phone(1);
        assert_eq!(
            other.begin_with(&crate::support::number(0)).await.status,
            StatusCode::CREATED
        );
        let enrolment = other.enrolment.clone();
        const CANNOT_ANSWER: &str =
            "UPDATE enrolment SET sim_state = 'upgradable', handle = NULL WHERE id = $1";
        network.change(CANNOT_ANSWER, &enrolment).await;
        assert!(other.visit_bank("customer1").await.contains("enrolment="));
        let done = other.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        assert_eq!(lookup(0).await.as_deref(), Some(&*holder.identity));
        network.end().await;
    }
}
