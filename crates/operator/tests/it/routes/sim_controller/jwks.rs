//! `GET /jwks`.

use ipse_store::testing::TestDb;

use crate::network::{TestNetwork, answer};

#[tokio::test(flavor = "multi_thread")]
async fn the_public_keys_need_no_token() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let (status, body) = answer(network.http.get(network.path("/jwks"))).await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!(body, {
        ".keys[].kid" => "[kid]", ".keys[].x" => "[x]", ".keys[].y" => "[y]",
    }, @r#"
    {
      "keys": [
        {
          "alg": "ES256",
          "crv": "P-256",
          "kid": "[kid]",
          "kty": "EC",
          "use": "sig",
          "x": "[x]",
          "y": "[y]"
        }
      ]
    }
    "#);
}
