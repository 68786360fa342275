//! What the pages of account ask.

use super::DateTime;

documents! {
    AccountPage of "documents/account/account_page.graphql",
    SignIn of "documents/account/sign_in.graphql",
    SignUp of "documents/account/sign_up.graphql",
    SignOut of "documents/account/sign_out.graphql",
    UpdateProfile of "documents/account/update_profile.graphql",
    UpdateProfileElsewhere of "documents/account/update_profile_elsewhere.graphql",
    SetPersonalisation of "documents/account/set_personalisation.graphql",
    ExportMyData of "documents/account/export_my_data.graphql",
    DeletePage of "documents/account/delete_page.graphql",
    DeleteAccount of "documents/account/delete_account.graphql",
    ChangePassword of "documents/account/change_password.graphql",
    RequestPasswordReset of "documents/account/request_password_reset.graphql",
    ResetPassword of "documents/account/reset_password.graphql",
    VerifyEmail of "documents/account/verify_email.graphql",
    RequestEmailVerification of "documents/account/request_email_verification.graphql",
}
