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
