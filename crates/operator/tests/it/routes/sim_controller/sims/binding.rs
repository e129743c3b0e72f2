//! `DELETE /sims/{handle}/binding`.

use crate::network::{READY, TestNetwork, answer};

#[tokio::test(flavor = "multi_thread")]
async fn a_binding_can_be_deleted_again_and_again() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        for (name, status) in [(handle.as_str(), 204), (&handle, 204), ("nobody", 404)] {
            let url = network.path(&format!("/sims/{name}/binding"));
            let request = network.http.delete(url).bearer_auth(&network.token);
            assert_eq!(answer(request).await.0, status);
        }
    })
    .await;
}
