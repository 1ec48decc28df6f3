//! The orders, in the application's own table.

use knock_jobs::Store;
use serde::{Deserialize, Serialize};
use sqlx::{Pool, Postgres, Sqlite};

/// An order, as a customer places it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    /// The id, which the customer's browser makes, so that an order that is sent twice is placed once.
    pub id: String,
    /// The id of the customer, also at Knock.
    pub customer: String,
    /// What is ordered.
    pub item: String,
}

/// The statements of the shop. They are the same for both databases; an application with one database has them as
/// plain functions.
pub trait Orders: Store {
    /// Makes the table.
    fn create_table(pool: &Pool<Self>) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Stores an order, and returns false if it is there already.
    fn insert(conn: &mut Self::Connection, order: &Order) -> impl Future<Output = sqlx::Result<bool>> + Send;

    /// Records that the message about an order was delivered.
    fn set_notified(pool: &Pool<Self>, id: &str) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Returns whether the message about an order was delivered, or `None` if there is no such order.
    fn is_notified(pool: &Pool<Self>, id: &str) -> impl Future<Output = sqlx::Result<Option<bool>>> + Send;
}

macro_rules! orders_in {
    ($database:ty) => {
        impl Orders for $database {
            async fn create_table(pool: &Pool<Self>) -> sqlx::Result<()> {
                let sql = "CREATE TABLE IF NOT EXISTS orders (
                    id TEXT PRIMARY KEY, customer TEXT NOT NULL, item TEXT NOT NULL,
                    notified BOOLEAN NOT NULL DEFAULT FALSE
                )";
                sqlx::query(sql).execute(pool).await?;
                Ok(())
            }

            async fn insert(conn: &mut Self::Connection, order: &Order) -> sqlx::Result<bool> {
                let sql = "INSERT INTO orders (id, customer, item) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
                let query = sqlx::query(sql).bind(&order.id).bind(&order.customer).bind(&order.item);
                Ok(query.execute(conn).await?.rows_affected() == 1)
            }

            async fn set_notified(pool: &Pool<Self>, id: &str) -> sqlx::Result<()> {
                sqlx::query("UPDATE orders SET notified = TRUE WHERE id = $1").bind(id).execute(pool).await?;
                Ok(())
            }

            async fn is_notified(pool: &Pool<Self>, id: &str) -> sqlx::Result<Option<bool>> {
                sqlx::query_scalar("SELECT notified FROM orders WHERE id = $1").bind(id).fetch_optional(pool).await
            }
        }
    };
}

orders_in!(Sqlite);
orders_in!(Postgres);
