# Sign-in page of the scheme. Plain English, second person, short sentences.

page-language = Language of this page

sign-in-title = Log in at { $partner }
sign-in-asks = { $partner } wants to know who you are. Your phone shows what will be shared; you decide there.
sign-in-site = Website
sign-in-level = Needed
sign-in-level-basic = Phone and code
sign-in-level-advanced = Phone, SIM and code

scan-heading = Scan with your phone
scan-how = Open the Ipse app on your phone and scan this code.
scan-fresh = The code changes every second, so an old picture of it will not work.
scan-label = QR code to scan with the Ipse app
open-heading = On this device
open-button = Open the Ipse app
no-ipse = No Ipse yet?
no-ipse-link = Create your Ipse

match-title = Look at your phone
match-question = Does your phone show the same code?
match-yes = If so, approve there. This page continues by itself.
match-yes-app = If so, approve in the Ipse app. It brings you back to { $partner }.
rescan-heading = Or scan this code
rescan-how = Your phone got this request through a link. If it asks you to scan, scan this code with the Ipse app.
not-my-phone = This is not my phone
asked-title = Asking the test person’s phone
asked-what = This site named a test person. Their phone is asked directly, at each login, and answers by itself; there is nothing to fill in or to scan.

return-title = Continue in the Ipse app
return-what = Your answer has arrived. The Ipse app brings you back to { $partner }.

time-left = { $minutes ->
    [0] Valid for less than a minute
    [one] Valid for 1 more minute
   *[other] Valid for { $minutes } more minutes
}
cancel = Cancel
back = Back to { $partner }

form-post-title = You go on to { $partner }
form-post-what = Your browser takes the answer of Ipse to { $partner }. If nothing happens, press the button.
form-post-send = Continue
try-again = Try again
code = Code
request-number = Number of this request

site-mistake-title = This login cannot start
site-mistake-what = The site that sent you here did not ask in the agreed way. Nothing was shared.
site-mistake-do = Go back to the site and try again. If it keeps happening, give the site the number below.

request-expired-title = This request is no longer valid
request-expired-what = It has expired or was already used. Nothing was shared.
request-expired-do = Go back to the site and choose to log in with Ipse once more.

action-expired-title = Time is up
action-expired-what = No answer came from your phone in time. Nothing was shared.
action-expired-do = Go back to { $partner } and start again. You will have new time then.

action-cancelled-title = Stopped
action-cancelled-what = You stopped this login. Nothing was shared.
action-cancelled-do = You are on your way back to { $partner }.

not-my-phone-title = Stopped: it was another phone
not-my-phone-what = Someone else had scanned the code. That phone can no longer approve anything, and nothing was shared.
not-my-phone-do = Go back to { $partner } and start again. Make sure that nobody is looking at your screen.

identity-blocked-title = This Ipse is protected
identity-blocked-what = It is blocked, so this login was stopped. Nothing was shared.
identity-blocked-do = Open the Ipse app. It says why, and what you can do to use your Ipse again.

wrong-browser-title = This began in another browser
wrong-browser-what = To keep you safe, a login only continues where it began. Nothing was shared here.
wrong-browser-do = Go to the browser in which you began, or start again here at the site.

action-closed-title = This login is already finished
action-closed-what = This page belongs to a login that was completed or stopped.
action-closed-do = Do you want to log in once more? Then start again at the site.

prompt-open-title = A request is already open
prompt-open-what = This person still has a request of the same site on the phone. Nothing was shared.
prompt-open-do = Answer that one on the phone first, or wait until it has expired.

busy-title = It is busy just now
busy-what = We could not handle this at the moment. Nothing was shared and nothing was lost.
busy-do = Wait a few seconds and try again.

clock-title = Our clock is not right
clock-what = Until our clock is right again, we handle nothing. Nothing was shared and nothing was lost.
clock-do = Wait ten minutes and try again.

server-error-title = This is our fault
server-error-what = We could not carry out this step, and stopped. Nothing was shared.
server-error-do = Start again at the site in a minute. If it keeps happening, tell us the number below.

page-unknown-title = This page does not exist
page-unknown-what = The address is not right, or the page has moved.
page-unknown-do = Go back to the site where you want to log in.

me-title = Your Ipse
me-start-what = See which sites got something from you, what and when. Your phone asks you first.
me-start-button = Continue with my phone
me-login-title = See your Ipse in this browser
me-login-asks = Your phone asks you first. Then this browser shows who got something from you, what and when. It does not show the details themselves.
me-export-title = See and download your data
me-export-asks = Your phone asks you first, with SIM and code. Then this browser shows all that Ipse holds on you, for ten minutes. Scan the code with the Ipse app itself, or open the app on this device: a link or picture that somebody sent does not work.
me-left = { $minutes ->
    [0] You are signed in for less than a minute
    [one] You are signed in for 1 more minute
   *[other] You are signed in for { $minutes } more minutes
}
me-sign-out = Sign out
me-partners = Who got something from you
me-none = Nobody yet. When you log in somewhere or share details, you find it here.
me-got = What
me-got-nothing = Only that it is you
me-last = Last time
me-first = First time
me-times = How often
me-withdrawn = You withdrew your consent on { $day }.
me-erase = What it has, it still has: ask { $partner } to erase it.
me-data-heading = Your data
me-data-what = To see the details themselves and download all that Ipse holds on you, say yes once more on your phone, with SIM and code.
me-data-button = See and download my data
me-data-open = You said yes on your phone. This browser may show your data until you sign out.
me-data-see = See my data
me-all-title = All that Ipse holds on you
me-all-what = As of { $day }. The file has the same and more: earlier photos, numbers of receipts, what the bank signed. Keep it well: who has it knows you.
me-download = Download as a file
me-identity = Your Ipse
me-status = State
me-active = Ready to use
me-blocked = Protected: blocked
me-closed = Closed
me-since = Since
me-number = Number
me-known = What is known about you
me-known-since = Since { $day }
me-contact = E-mail and SIM
me-email = E-mail address, checked
me-sim = SIM, connected
me-devices = Your phones, and what proves there that it is you
me-device-over = Not in use any more
me-last-used = Last used
me-key = Key of the phone
me-code = Code
me-fingerprint = Fingerprint or face
me-proof-since = since { $day }; Ipse cannot read it
me-given = What you gave
me-withdrawn-label = Withdrawn
me-yes = Yes
me-no = No
me-photo = Photo
me-asked = Everything that was asked
me-kind-login = log in
me-kind-share = share details
me-kind-confirm = confirmation
me-kind-sim = connect the SIM
me-kind-code = change the code
me-kind-fingerprint = fingerprint or face
me-kind-email = e-mail address
me-kind-unblock = unblock
me-kind-export = your data
me-open = open
me-approved = approved
me-refused = refused
me-expired = time was up
me-cancelled = stopped
me-receipts = Receipts
me-receipts-count = { $count ->
    [one] 1 receipt. You can check it in the Ipse app.
   *[other] { $count } receipts. You can check each one in the Ipse app.
}
me-nothing = Nothing
session-over-title = You are signed out
session-over-what = To keep you safe, this ends after ten minutes, when another browser takes over, and whenever something about your Ipse changes.
session-over-do = Sign in with your phone once more to go on.
action-refused-title = You said no
action-refused-what = You said no on your phone. Nothing was shown.
action-refused-do = Did you want it after all? Then start again.
