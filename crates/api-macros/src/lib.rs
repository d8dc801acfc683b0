//! `#[derive(Endpoint)]`: reads `#[endpoint(POST "/v2/blocks" -> 202 { block: Block }, needs Provisioning)]`
//! and writes `impl Endpoint`, and for a paged list `impl Listing`. It adds no type, function or field.
//!
//! Where the path says all that a request must have, it is made from that, too: `GetBlock` from a
//! `BlockId`, `GetRecord` from a domain and a `RecordId`. Not what changes something by a PUT or
//! PATCH, which with nothing else changes nothing.
//!
//! `{ one | other: Block }` puts the answer under both keys, for clients that read either.
//!
//! `loses` at the end says that what is there is lost; `loses with os_id, app_id`, that it is where
//! one of these fields is sent. Every DELETE loses something, without a word.

use proc_macro::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Data, DataStruct, DeriveInput, Error, Ident, LitInt, LitStr, Token, Type, braced, bracketed,
};

/// What stands between the parentheses of `#[endpoint(...)]`.
struct Spec {
    method: Ident,
    path: LitStr,
    /// GET and DELETE carry a JSON body only where the attribute says `body` after the path.
    body: bool,
    status: LitInt,
    reply: Reply,
    access: Ident,
    loss: Loss,
}

/// Whether what is there is lost.
enum Loss {
    Never,
    Always,
    /// Where one of these fields is sent.
    With(Vec<Ident>),
}

/// How the answer lies in JSON.
enum Reply {
    Empty,
    Bare(Box<Type>),
    /// A key, and another one for clients that read that instead.
    Key(String, Option<String>, Box<Type>),
    List(String, Box<Type>),
}

impl Parse for Spec {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let method: Ident = input.parse()?;
        let path: LitStr = input.parse()?;
        let body = match input.peek(Ident) {
            true => word(input, "body", "expected `body` or `->`").map(|()| true)?,
            false => !matches!(method.to_string().as_str(), "GET" | "DELETE"),
        };
        input.parse::<Token![->]>()?;
        let status = input.parse()?;
        let reply = reply(input)?;
        input.parse::<Token![,]>()?;
        word(input, "needs", "expected `needs` and a permission, as in `needs Dns`")?;
        let access = input.parse()?;
        let loss = match loss(input)? {
            Loss::Never if method == "DELETE" => Loss::Always,
            loss => loss,
        };
        Ok(Self { method, path, body, status, reply, access, loss })
    }
}

impl Loss {
    fn written(&self, has: &dyn Fn(&str) -> bool) -> syn::Result<proc_macro2::TokenStream> {
        Ok(match self {
            Self::Never => quote!(Never),
            Self::Always => quote!(Always),
            Self::With(names) => {
                if let Some(name) = names.iter().find(|name| !has(&name.to_string())) {
                    return Err(Error::new(name.span(), "there is no such field"));
                }
                let names = names.iter().map(Ident::to_string);
                quote!(With(&[#(#names),*]))
            }
        })
    }
}

fn loss(input: ParseStream<'_>) -> syn::Result<Loss> {
    if input.parse::<Option<Token![,]>>()?.is_none() || input.is_empty() {
        return Ok(Loss::Never);
    }
    word(input, "loses", "expected `loses`")?;
    if input.is_empty() {
        return Ok(Loss::Always);
    }
    word(input, "with", "expected `with` and fields, as in `loses with os_id, app_id`")?;
    let fields = Punctuated::<Ident, Token![,]>::parse_terminated(input)?;
    Ok(Loss::With(fields.into_iter().collect()))
}

/// Reads the word that must stand here.
fn word(input: ParseStream<'_>, expected: &str, message: &str) -> syn::Result<()> {
    match input.parse::<Ident>() {
        Ok(word) if word == expected => Ok(()),
        Ok(word) => Err(Error::new(word.span(), message)),
        Err(wrong) => Err(Error::new(wrong.span(), message)),
    }
}

fn reply(input: ParseStream<'_>) -> syn::Result<Reply> {
    if input.peek(Token![,]) {
        return Ok(Reply::Empty);
    }
    if !input.peek(syn::token::Brace) {
        return Ok(Reply::Bare(input.parse()?));
    }
    let body;
    braced!(body in input);
    let key: Ident = body.parse()?;
    let mut also = None;
    if body.parse::<Option<Token![|]>>()?.is_some() {
        also = Some(body.parse::<Ident>()?.to_string());
    }
    body.parse::<Token![:]>()?;
    if also.is_some() || !body.peek(syn::token::Bracket) {
        return Ok(Reply::Key(key.to_string(), also, body.parse()?));
    }
    let item;
    bracketed!(item in body);
    Ok(Reply::List(key.to_string(), item.parse()?))
}

/// Writes `impl Endpoint` (and `impl Listing` for a list with a `cursor`) from `#[endpoint(...)]`.
#[proc_macro_derive(Endpoint, attributes(endpoint))]
pub fn derive_endpoint(input: TokenStream) -> TokenStream {
    expand(&syn::parse_macro_input!(input)).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> syn::Result<proc_macro2::TokenStream> {
    let attr = input.attrs.iter().find(|a| a.path().is_ident("endpoint")).ok_or_else(|| {
        let message = "add #[endpoint(METHOD \"/path\" -> STATUS, needs PERMISSION)]";
        Error::new_spanned(&input.ident, message)
    })?;
    let Spec { method, path, body, status, reply, access, loss } = attr.parse_args()?;
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "an endpoint is a struct"));
    };
    let fields: Vec<String> =
        data.fields.iter().filter_map(|f| Some(f.ident.as_ref()?.to_string())).collect();
    let has = |field: &str| fields.iter().any(|f| f == field);
    for param in path_params(&path.value()) {
        let field = param.replace('-', "_");
        if !has(&field) {
            let message = format!("no field `{field}` for `{{{param}}}`");
            return Err(Error::new_spanned(&path, message));
        }
    }
    let loss = loss.written(&has)?;
    let name = &input.ident;
    let listing = match &reply {
        Reply::List(_, item) if has("cursor") => quote! {
            impl ::api::Listing for #name {
                type Item = #item;
                fn cursor(&mut self) -> &mut Option<String> { &mut self.cursor }
                fn per_page(&mut self) -> &mut Option<u32> { &mut self.per_page }
            }
        },
        _ => quote!(),
    };
    let also = match &reply {
        Reply::Key(_, Some(also), _) => quote!(Some(#also)),
        _ => quote!(None),
    };
    let (shape, response, encode, decode) = match reply {
        Reply::Empty => (quote!(Empty), quote!(()), quote!(empty), quote!(empty)),
        Reply::Bare(ty) => (quote!(Bare), quote!(#ty), quote!(bare), quote!(bare)),
        Reply::Key(key, _, ty) => (quote!(Key(#key)), quote!(#ty), quote!(key), quote!(key)),
        Reply::List(key, ty) => {
            (quote!(List(#key)), quote!(::api::Page<#ty>), quote!(list), quote!(list))
        }
    };
    let id = kebab(&name.to_string());
    let from = from_path(name, data, &method, &path.value());
    let limits = limits(data)?;
    Ok(quote! {
        impl ::api::Endpoint for #name {
            type Response = #response;
            const OP: ::api::Op = ::api::Op {
                id: #id,
                method: ::api::Method::#method,
                path: #path,
                has_body: #body,
                status: #status,
                shape: ::api::Shape::#shape,
                also: #also,
                access: ::api::Access::#access,
                loss: ::api::Loss::#loss,
            };
            #limits
            fn encode_response(response: &#response) -> Vec<u8> {
                ::api::wire::write::#encode(&Self::OP, response)
            }
            fn decode_response(body: &[u8]) -> Result<#response, ::api::wire::Unreadable> {
                ::api::wire::read::#decode(&Self::OP, body)
            }
        }
        #listing
        #from
    })
}

/// `From` of what stands in the path, where nothing else is needed.
fn from_path(
    name: &Ident,
    data: &DataStruct,
    method: &Ident,
    path: &str,
) -> proc_macro2::TokenStream {
    let params: Vec<String> = path_params(path).map(|param| param.replace('-', "_")).collect();
    let is_param = |field: &&syn::Field| {
        field.ident.as_ref().is_some_and(|ident| params.contains(&ident.to_string()))
    };
    let (in_path, others): (Vec<_>, Vec<_>) = data.fields.iter().partition(is_param);
    let changes = method == "PUT" || method == "PATCH";
    if changes || in_path.is_empty() || !others.iter().all(|field| is(&field.ty, "Option")) {
        return quote!();
    }
    let (fields, types): (Vec<_>, Vec<_>) = in_path.iter().map(|f| (&f.ident, &f.ty)).unzip();
    let others = others.iter().map(|field| &field.ident);
    if let ([field], [ty]) = (&fields[..], &types[..]) {
        let text = is(ty, "String").then(|| {
            quote! {
                impl From<&str> for #name {
                    fn from(#field: &str) -> Self { Self::from(#field.to_owned()) }
                }
            }
        });
        return quote! {
            impl From<#ty> for #name {
                fn from(#field: #ty) -> Self { Self { #field, #(#others: None),* } }
            }
            #text
        };
    }
    let letters: Vec<Ident> =
        ('A'..).take(fields.len()).map(|c| quote::format_ident!("{c}")).collect();
    quote! {
        impl<#(#letters: Into<#types>),*> From<(#(#letters),*)> for #name {
            fn from((#(#fields),*): (#(#letters),*)) -> Self {
                Self { #(#fields: #fields.into(),)* #(#others: None),* }
            }
        }
    }
}

/// Whether a type is called so, whatever it is made of.
fn is(ty: &Type, name: &str) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == name)
}

/// The function that works out how long the request's texts and lists may be, once.
fn limits(data: &DataStruct) -> syn::Result<proc_macro2::TokenStream> {
    let aliases = aliases(data)?;
    let aliases = aliases.iter().map(|(alias, field)| quote!((#alias, #field)));
    Ok(quote! {
        fn limits() -> &'static ::api::wire::Limits {
            static LIMITS: ::std::sync::OnceLock<::api::wire::Limits> =
                ::std::sync::OnceLock::new();
            LIMITS.get_or_init(|| ::api::wire::Limits::of::<Self>(&[#(#aliases),*]))
        }
    })
}

/// Further names of fields, from `#[serde(alias = "...")]`, each with the field's own.
fn aliases(data: &DataStruct) -> syn::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for field in &data.fields {
        let mut name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut others = Vec::new();
        for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
            attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("alias") {
                    others.push(meta.value()?.parse::<LitStr>()?.value());
                } else if meta.path.is_ident("rename") {
                    name = meta.value()?.parse::<LitStr>()?.value();
                } else if meta.input.peek(Token![=]) {
                    meta.value()?.parse::<syn::Expr>()?;
                }
                Ok(())
            })?;
        }
        found.extend(others.into_iter().map(|other| (other, name.clone())));
    }
    Ok(found)
}

fn path_params(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|s| s.split_once('}')).map(|(name, _)| name)
}

/// `AttachBlock` -> `attach-block`, `ListVpc2Nodes` -> `list-vpc2-nodes`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}
