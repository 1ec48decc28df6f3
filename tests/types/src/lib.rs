//! The types of twelve workflows, as a program would have them: `knock.rs` is generated from `knock/` and committed.
//!
//! ```
//! use types_tests::knock::comment_created::{CommentCreated, CommentCreatedAuthor, CommentCreatedKind};
//!
//! let author = CommentCreatedAuthor { id: "jhammond".to_owned(), name: "John".to_owned(), avatar_url: None };
//! let comment = CommentCreated {
//!     author,
//!     comment_id: "c1".to_owned(),
//!     created_at: None,
//!     document_name: "Plans".to_owned(),
//!     excerpt: None,
//!     kind: CommentCreatedKind::Reply,
//!     mentions: Some(vec!["agrant".to_owned()]),
//! };
//! let trigger = comment.trigger().recipients(["agrant"]);
//! # let _ = trigger;
//! ```
//!
//! A required field is missing:
//!
//! ```compile_fail,E0063
//! use types_tests::knock::WorkspaceInvite;
//! use types_tests::knock::workspace_invite::{WorkspaceInviteRole, WorkspaceInviteWorkspace};
//!
//! let invite = WorkspaceInvite {
//!     workspace: WorkspaceInviteWorkspace::new("w1", "InGen"),
//!     role: WorkspaceInviteRole::Admin,
//!     inviter_email: None,
//!     message: None,
//!     seats_left: None,
//! };
//! ```
//!
//! There is no such value of an enum:
//!
//! ```compile_fail,E0599
//! let role = types_tests::knock::workspace_invite::WorkspaceInviteRole::Janitor;
//! ```
//!
//! A field has another type:
//!
//! ```compile_fail,E0308
//! let mut code = types_tests::knock::N2faCode { code: "123456".to_owned(), channel: None };
//! code.code = 123_456;
//! ```
//!
//! There is no such field:
//!
//! ```compile_fail,E0560
//! let code = types_tests::knock::N2faCode { code: "123456".to_owned(), chanel: None, channel: None };
//! ```

/// The workflows.
#[rustfmt::skip]
pub mod knock;
