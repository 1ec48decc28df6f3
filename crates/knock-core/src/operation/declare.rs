//! The declaration of an operation.

/// Declares an operation: its type, the function that creates it, and how it is encoded and decoded.
///
/// ```text
/// operation! {
///     /// Lists the schedules of a user.
///     ///
///     /// [Reference](https://docs.knock.app/api-reference/users/list_schedules)
///     #[doc(alias = "users.listSchedules")]
///     pub fn list_schedules(user_id) -> ListSchedules {
///         "users.list_schedules": GET "/v1/users/{user_id}/schedules", Tier4;
///         returns (pages of Schedule);
///         page_size (50);
///         query {
///             /// Limits the list to schedules for this tenant.
///             tenant: Text,
///         }
///     }
/// }
/// ```
///
/// - The arguments are the parameters of the route, in order, each a [`Text`](crate::Text) unless it has a type. Other
///   arguments follow after a semicolon, each with its type. Each is passed as `impl Into<Type>`, or, if the type
///   is `[Type]`, as an iterator of such values, which is stored in a `Vec`.
/// - The facts are those of [`OperationInfo`](crate::OperationInfo): name, method, route,
///   [rate limit tier](crate::RateLimitTier) and, if they apply, `under_retention`, `deduplicated` and, unless it is a
///   `GET`, what it does a second time, for example `twice_same("source")` or
///   `twice_returns("an empty list", "source")`.
/// - `returns` is a type that is read from the JSON body; `nothing`; `pages of` a type; `all of` a type, for a list
///   without pages; `items of` a type, for what a call created, changed or deleted; or `batch of` a type or
///   `batch of items of` a type, `by` the name of a parameter, for a call on many entities.
///
/// The other clauses are optional, and come in this order:
///
/// - `page_size (MAX);` adds the setters `after`, `before` and `page_size` of a paginated list.
/// - `default_path { setter: "parameter" = default }` adds a last parameter of the route that has a default, and its
///   setter.
/// - `query { … }` adds optional query parameters, and a setter of the same name for each.
/// - `fields { name: Type = default }` adds private fields, for setters that are written by hand.
/// - `check |this| { … }` rejects invalid arguments.
/// - `body { name, … }` writes these arguments and fields as a JSON object.
/// - `encode |this, request| { … }` writes the rest of the request by hand.
///
/// An operation that needs more than this implements [`Operation`](crate::Operation) by hand, as
/// [`workflows::Trigger`](crate::workflows::Trigger) does.
macro_rules! operation {
    (
        #[doc = $summary:literal]
        $(#[$meta:meta])*
        $vis:vis fn $function:ident(
            $($path:ident $(: $PathType:ty)?),* $(; $($argument:ident: $Argument:tt),+)?
        ) -> $Operation:ident {
            $name:literal: $method:ident $route:literal, $tier:ident $(, $fact:ident $(($($detail:literal),+))?)*;
            returns ($($returns:tt)+);
            $(page_size ($max:literal);)?
            $(default_path {
                $(#[$setter_meta:meta])*
                $setter:ident: $parameter:literal = $value:expr
            })?
            $(query { $($(#[$query_meta:meta])* $query:ident: $Query:ty),+ $(,)? })?
            $(fields { $($field:ident: $Field:ty = $default:expr),+ $(,)? })?
            $(check |$checked:ident| $check:block)?
            $(body { $($member:ident),+ $(,)? })?
            $(encode |$this:ident, $request:ident| $encode:block)?
        }
    ) => {
        #[doc = $summary]
        $(#[$meta])*
        $vis fn $function(
            $($path: impl Into<$crate::operation::operation!(@type $($PathType)?)>,)*
            $($($argument: $crate::operation::operation!(@argument $Argument),)+)?
        ) -> $Operation {
            $Operation {
                $($path: $path.into(),)*
                $($($argument: $crate::operation::operation!(@convert $Argument, $argument),)+)?
                $(page: $crate::operation::PageQuery::<$max>::default(),)?
                $($setter: $crate::Text::from($value),)?
                $($($query: None,)+)?
                $($($field: $default,)+)?
            }
        }

        #[doc = concat!("The operation `", $name, "`.\n\n")]
        #[doc = $summary]
        #[derive(Debug, Clone)]
        #[must_use = "an operation does nothing until it is sent"]
        pub struct $Operation {
            $($path: $crate::operation::operation!(@type $($PathType)?),)*
            $($($argument: $crate::operation::operation!(@stored $Argument),)+)?
            $(page: $crate::operation::PageQuery<$max>,)?
            $($setter: $crate::Text,)?
            $($($query: Option<$Query>,)+)?
            $($($field: $Field,)+)?
        }

        $(impl $Operation {
            $crate::operation::page_setters!($max);
        })?

        $(impl $Operation {
            $(#[$setter_meta])*
            pub fn $setter<Kind>(mut self, $setter: impl $crate::IntoOptional<$crate::Text, Kind>) -> Self {
                self.$setter = $setter.into_optional().unwrap_or(self.$setter);
                self
            }
        })?

        $(impl $Operation {
            $(
                $(#[$query_meta])*
                pub fn $query<Kind>(mut self, $query: impl $crate::IntoOptional<$Query, Kind>) -> Self {
                    self.$query = $query.into_optional().or(self.$query);
                    self
                }
            )+
        })?

        $(impl $Operation {
            fn check_arguments(&self) -> Result<(), $crate::InvalidInput> {
                let $checked = self;
                $check
            }
        })?

        $(impl $Operation {
            fn encode_rest(
                &self,
                $request: &mut $crate::RequestEncoder<'_>,
            ) -> Result<(), $crate::InvalidInput> {
                let $this = self;
                $encode
            }
        })?

        impl $crate::Operation for $Operation {
            type Output = $crate::operation::operation!(@output $($returns)+);
            const INFO: $crate::OperationInfo = $crate::operation::operation!(@info $method)(
                $name,
                $route,
                $crate::RateLimitTier::$tier,
            )$(.$fact($($($detail),+)?))*;

            fn encode(&self, request: &mut $crate::RequestEncoder<'_>) -> Result<(), $crate::InvalidInput> {
                $(request.path(stringify!($path), self.$path.as_ref())?;)*
                $(request.path($parameter, self.$setter.as_ref())?;)?
                $($crate::operation::operation!(@call self.check_arguments() $checked);)?
                $(
                    let page: &$crate::operation::PageQuery<$max> = &self.page;
                    page.encode(request)?;
                )?
                $($(request.query(stringify!($query), &self.$query)?;)+)?
                $(request.json_object(|object| {
                    use $crate::wire::ObjectSink;
                    $(object.member(stringify!($member), &self.$member)?;)+
                    Ok(())
                })?;)?
                $($crate::operation::operation!(@call self.encode_rest(request) $this);)?
                let _ = request;
                Ok(())
            }

            fn decode(
                &self,
                response: &http::Response<bytes::Bytes>,
            ) -> Result<Self::Output, $crate::DecodeError> {
                $crate::operation::operation!(@decode self, response, $($returns)+)
            }

            $crate::operation::operation!(@note $($returns)+);
        }

        $crate::operation::operation!(@paged $Operation, $($returns)+);
    };

    (@type) => { $crate::Text };
    (@type $type:ty) => { $type };

    (@argument [$item:ty]) => { impl IntoIterator<Item = impl Into<$item>> };
    (@argument $type:ty) => { impl Into<$type> };
    (@convert [$item:ty], $argument:ident) => { $argument.into_iter().map(Into::into).collect() };
    (@convert $type:ty, $argument:ident) => { $argument.into() };
    (@stored [$item:ty]) => { Vec<$item> };
    (@stored $type:ty) => { $type };

    (@call $this:ident.$hook:ident($($argument:ident)?) $if_written:ident) => { $this.$hook($($argument)?)? };

    (@info GET) => { $crate::OperationInfo::get };
    (@info POST) => { $crate::OperationInfo::post };
    (@info PUT) => { $crate::OperationInfo::put };
    (@info DELETE) => { $crate::OperationInfo::delete };

    (@output nothing) => { () };
    (@output pages of $item:ty) => { $crate::Page<$item, Self> };
    (@output all of $item:ty) => { $crate::Page<$item, Self> };
    (@output items of $item:ty) => { $crate::Items<$item> };
    (@output batch of items of $item:ty, by $parameter:literal) => { $crate::Batch<Vec<$item>> };
    (@output batch of $value:ty, by $parameter:literal) => { $crate::Batch<$value> };
    (@output $value:ty) => { $value };

    (@decode $this:ident, $response:ident, nothing) => {{
        let _ = $this;
        $crate::wire::no_json($response)
    }};
    (@decode $this:ident, $response:ident, pages of $item:ty) => {
        $crate::operation::page::decode($response, &$this.page, |page| {
            let mut next = $this.clone();
            next.page = page;
            next
        })
    };
    (@decode $this:ident, $response:ident, all of $item:ty) => {
        $crate::operation::page::decode_whole($response)
    };
    (@decode $this:ident, $response:ident, items of $item:ty) => { $crate::operation::items($response) };
    (@decode $this:ident, $response:ident, batch of items of $item:ty, by $parameter:literal) => {
        $crate::operation::batch_of_items($response, $parameter)
    };
    (@decode $this:ident, $response:ident, batch of $value:ty, by $parameter:literal) => {
        $crate::operation::batch($response, $parameter)
    };
    (@decode $this:ident, $response:ident, $value:ty) => { $crate::wire::knock_json($response) };

    (@note items of $item:ty) => {
        fn note_earlier_attempt(output: &mut $crate::Items<$item>) {
            output.earlier_attempt_may_have_acted = true;
        }
    };
    (@note batch of items of $item:ty, by $parameter:literal) => {
        fn note_earlier_attempt(output: &mut $crate::Batch<Vec<$item>>) {
            output.earlier_attempt_may_have_acted = true;
        }
    };
    (@note batch of $value:ty, by $parameter:literal) => {
        fn note_earlier_attempt(output: &mut $crate::Batch<$value>) {
            output.earlier_attempt_may_have_acted = true;
        }
    };
    (@note $($other:tt)+) => {};

    (@paged $Operation:ident, pages of $item:ty) => {
        impl $crate::Paged for $Operation {
            type Item = $item;

            fn split(&self, page: $crate::Page<$item, Self>) -> (Vec<$item>, Option<Self>) {
                (page.items, page.next)
            }

            fn take_unreadable(page: &mut $crate::Page<$item, Self>) -> Vec<$crate::DecodeError> {
                std::mem::take(&mut page.unreadable)
            }
        }
    };
    (@paged $Operation:ident, all of $item:ty) => {
        $crate::operation::operation!(@paged $Operation, pages of $item);
    };
    (@paged $Operation:ident, $($other:tt)+) => {};
}
pub(crate) use operation;
