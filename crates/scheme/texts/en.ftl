# Sentences of the view: what the person reads, and signs, on the phone.

login-title = { $partner } wants to know who you are
login-purpose = Log in
return-choice = This browser may come back for { $minutes } minutes without asking me

connect-sim-title = You want to connect your new SIM
connect-sim-purpose = Your SIM will belong to your Ipse again.
connect-sim-number = Your phone number

change-code-title = You want to change your code
change-code-purpose = After this, only your new code works.
fingerprint-add-title = You want to use your fingerprint or face too
fingerprint-add-purpose = After this you can also confirm with it on this phone. Your code keeps working.
fingerprint-remove-title = You want to stop using your fingerprint or face
fingerprint-remove-purpose = After this you confirm with your code only.
unblock-title = You want to use your Ipse again
unblock-purpose = After this you can log in again.

attribute-name = Name
attribute-given-name = First name
attribute-family-name = Family name
attribute-locale = Language
