# A site with Debian's ruby-omniauth-openid-connect: ruby omniauth.rb FOLDER PORT

require "json"
require "omniauth"
require "omniauth_openid_connect"
require "rack"
require "rack/protection"
require "rack/handler/webrick"
require "securerandom"

# Plain http exists in the demo only.
SWD.url_builder = URI::HTTP
port = ARGV[1].to_i
OmniAuth.config.on_failure = lambda do |env|
  [403, { "content-type" => "application/json" }, [JSON.generate(error: env["omniauth.error"]&.message || env["omniauth.error.type"])]]
end
logged_in = {}

site = Rack::Builder.new do
  use Rack::Session::Cookie, secret: SecureRandom.hex(32)
  use OmniAuth::Builder do
    provider :openid_connect,
             issuer: ENV.fetch("IPSE_ISSUER"),
             discovery: true,
             scope: [:openid, :profile],
             client_options: {
               identifier: ENV.fetch("IPSE_CLIENT_ID"),
               secret: ENV.fetch("IPSE_CLIENT_SECRET"),
               redirect_uri: "http://localhost:#{port}/auth/openid_connect/callback",
             }
  end
  run(lambda do |env|
    request = Rack::Request.new(env)
    case request.path
    when "/"
      token = Rack::Protection::AuthenticityToken.token(request.session)
      [200, { "content-type" => "text/html" }, [<<~PAGE]]
        <form method="post" action="/auth/openid_connect"><input type="hidden" name="authenticity_token" value="#{token}">
        <button id="login">Log in</button></form>
      PAGE
    when "/auth/openid_connect/callback"
      person = env["omniauth.auth"]
      key = SecureRandom.hex(16)
      logged_in[key] = { sub: person.uid, name: person.info.name, email: person.info.email }
      request.session["person"] = key
      [303, { "location" => "/me" }, []]
    else
      person = logged_in[request.session["person"]]
      [person ? 200 : 401, { "content-type" => "application/json" }, [JSON.generate(person || { error: "nobody is logged in" })]]
    end
  end)
end

Rack::Handler::WEBrick.run(site, Host: "localhost", Port: port, AccessLog: [])
