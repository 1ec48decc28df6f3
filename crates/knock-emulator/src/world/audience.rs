//! The members of static audiences.

use super::store::World;
use crate::recipient::Recipient;

impl World {
    /// Makes a user a member of an audience. A user who is one stays as it is.
    pub(crate) fn join_audience(&mut self, audience: &str, user: &Recipient, tenant: Option<String>) {
        let now = self.now;
        let members = self.audiences.entry(audience.to_owned()).or_default();
        members.entry((user.id().to_owned(), tenant)).or_insert(now);
        self.membership_changed(user);
    }

    /// Removes a member. The audience stays, even without members.
    pub(crate) fn leave_audience(&mut self, audience: &str, user: &Recipient, tenant: Option<String>) {
        if let Some(members) = self.audiences.get_mut(audience) {
            members.remove(&(user.id().to_owned(), tenant));
        }
        self.membership_changed(user);
    }

    /// Runs can wait for it.
    #[cfg(feature = "workflows")]
    fn membership_changed(&mut self, user: &Recipient) {
        self.emit_membership(user);
    }

    #[cfg(not(feature = "workflows"))]
    #[allow(clippy::unused_self)] // it has the same signature as the other
    fn membership_changed(&mut self, _user: &Recipient) {}
}
