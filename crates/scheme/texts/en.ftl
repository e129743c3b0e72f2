# Sentences of the view: what the person reads, and signs, on the phone.

login-title = { $partner } wants to know who you are
login-purpose = Log in

connect-sim-title = You want to connect your new SIM
connect-sim-purpose = Your SIM will belong to your Ipse again.
connect-sim-number = Your phone number

change-code-title = You want to change your code
change-code-purpose = After this, only your new code works.
unblock-title = You want to use your Ipse again
unblock-purpose = After this you can log in again.

attribute-name = Name
attribute-given-name = First name
attribute-family-name = Family name
attribute-locale = Language
