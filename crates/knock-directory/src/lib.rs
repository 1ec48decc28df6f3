#![doc = include_str!("../README.md")]
//!
//! ## The tour
//!
//! For readers of the source: `find.rs` finds the directory, and `directory.rs` reads all of it. `files.rs` reads one resource
//! with the files that it refers to. `node.rs` has the functions to read members of JSON with the path to what is wrong, and
//! the other files have one kind of resource each.
#![cfg_attr(docsrs, feature(doc_cfg))]

// A module imports only modules to its left: problem, node; files, find; condition, span,
// channel_type; environment; channel, function;
// step; workflow, resource, translation; directory.
mod channel;
mod channel_type;
mod condition;
mod directory;
mod environment;
mod files;
mod find;
mod function;
mod node;
mod problem;
mod resource;
mod span;
mod step;
mod translation;
mod workflow;

pub use channel::ChannelStep;
pub use channel_type::{ChannelTarget, ChannelType};
pub use condition::{Condition, Conditions, OPERATORS};
pub use directory::Directory;
pub use environment::{Channel, ChannelGroup, Environment, GroupOperator, GroupRule};
pub use find::{FindError, Location, Stamp, find};
pub use function::{
    AiAgent, Batch, BatchExecutionMode, BatchOrder, Delay, EventType, HttpFetch, Method, Outcome, Pairs,
    Throttle, TriggerWorkflow, Update, UpdateData, WaitForEvent, WindowType, WorkflowVersionMode,
};
pub use problem::{Place, Problem};
pub use resource::{
    Audience, AudienceType, FooterLink, Guide, GuideStep, Layout, MessageType, Partial, PartialType,
    Property, Schema, Variant,
};
pub use span::{Day, SendWindow, Span, Unit};
pub use step::{Branch, CohortBranch, RandomCohort, Step, StepKind};
pub use translation::Translation;
pub use workflow::{TriggerFrequency, Workflow};
