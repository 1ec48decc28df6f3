use knock_core::bulk_operations;

use super::Table;

pub(super) const NODE_1: Table =
    &[("bulkOperations.get", |args| args.send_of_texts(|[id]| bulk_operations::get(id)))];
