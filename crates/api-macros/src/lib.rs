//! `#[endpoint(POST "/v2/blocks" -> 202 { block: Block }, needs Provisioning)]` on a struct makes it an
//! operation: `impl Endpoint`, for a paged list `impl Listing`, and the derives that all requests
//! have.
//!
//! `#[view]` on a struct makes it one that answers show, `#[part]` one that requests hold, `#[words]` an
//! enum one of words. All of them are read, written and described by `impl Wire`, and a field says more
//! of itself with `#[wire(...)]`:
//!
//! | | |
//! |---|---|
//! | `name = "type"`, `alias = "kind"` | what it is called, and by what else it is read |
//! | `most = 4_096`, `item_most = 512` | how many characters it, or each item of it, has at most |
//! | `lines`, `base64` | that line breaks may stand in it; that it is a text in base64 |
//! | `one_of = ["all", "none"]` | the texts that it can be |
//! | `omit` | that it is left out where there is nothing in it |
//! | `null` | that a list is empty where `null` is sent, as Go writes an empty one |
//! | `flat` | that its fields are the struct's own |
//! | `default` | that it need not be there |
//! | `read = port` | the function that reads it |
//! | `skip` | of a word: it never travels |
//!
//! What the address says already need not be written as a field: a parameter `{block-id}` is a field
//! `block_id: BlockId` where there is none of that name, `{snapshot-id: BlockSnapshotId}` one of that
//! type, `{bucket-name: String}` a text, and a list `{ blocks: [Block] }` has
//! `per_page` and `cursor`, unless it is always answered whole: `{ blocks: [Block], whole }`. What is
//! no list and has pages all the same says so: `-> 200 UserRoles, paged, needs ManageUsers`.
//!
//! Where the path says all that a request must have, it is made from that, too: `GetBlock` from a
//! `BlockId`, `GetRecord` from a domain and a `RecordId`. Not what changes something by a PUT or
//! PATCH, which with nothing else changes nothing.
//!
//! `{ one | other: Block }` puts the answer under both keys, for clients that read either.
//!
//! `-> 200 csv` and `-> 200 yaml` answer no JSON, but a text of that kind.
//!
//! `once` behind the permission says that doing it twice is not the same as doing it once, though its
//! method is one of which that is so: a GET that does something.
//!
//! `loses` at the end says that what is there is lost; `loses with os_id, app_id`, that it is where
//! one of these fields is sent. Every DELETE loses something, without a word.

mod wire;

use proc_macro::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Error, Field, Fields, Ident, ItemEnum, ItemStruct, LitInt, LitStr, Token, Type, braced,
    bracketed, parse_quote,
};

/// What stands between the parentheses of `#[endpoint(...)]`.
struct Spec {
    method: Ident,
    path: LitStr,
    /// The types of the path's parameters, where it tells them.
    types: Vec<(String, String)>,
    /// GET, DELETE and OPTIONS carry a JSON body only where the attribute says `body` after the path.
    body: bool,
    status: LitInt,
    reply: Reply,
    /// Whether it takes `per_page` and `cursor`.
    is_paged: bool,
    access: Ident,
    /// Whether it is not to be done twice.
    once: bool,
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
    /// A text of this media type.
    Text(&'static str),
    Bare(Box<Type>),
    /// A key, and another one for clients that read that instead.
    Key(String, Option<String>, Box<Type>),
    List {
        key: String,
        item: Box<Type>,
        is_paged: bool,
    },
}

impl Parse for Spec {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let method: Ident = input.parse()?;
        let (path, types) = path(&input.parse()?);
        let body = match input.peek(Ident) {
            true => word(input, "body", "expected `body` or `->`").map(|()| true)?,
            false => !matches!(method.to_string().as_str(), "GET" | "DELETE" | "OPTIONS"),
        };
        input.parse::<Token![->]>()?;
        let status = input.parse()?;
        let reply = reply(input)?;
        input.parse::<Token![,]>()?;
        let mut is_paged = matches!(reply, Reply::List { is_paged: true, .. });
        if input.peek2(Token![,]) {
            word(input, "paged", "expected `paged` or `needs`")?;
            input.parse::<Token![,]>()?;
            is_paged = true;
        }
        word(input, "needs", "expected `needs` and a permission, as in `needs Dns`")?;
        let access = input.parse()?;
        let once = once(input)?;
        let loss = match loss(input)? {
            Loss::Never if method == "DELETE" => Loss::Always,
            loss => loss,
        };
        Ok(Self { method, path, types, body, status, reply, is_paged, access, once, loss })
    }
}

/// The path without the types of its parameters, and these.
fn path(written: &LitStr) -> (LitStr, Vec<(String, String)>) {
    let (mut path, mut types) = (written.value(), Vec::new());
    for param in path_params(&written.value()) {
        if let Some((name, ty)) = param.split_once(':') {
            path = path.replace(&format!("{{{param}}}"), &format!("{{{name}}}"));
            types.push((name.to_owned(), ty.trim().to_owned()));
        }
    }
    (LitStr::new(&path, written.span()), types)
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

/// Whether `once` stands here.
fn once(input: ParseStream<'_>) -> syn::Result<bool> {
    let ahead = input.fork();
    let is_there = ahead.parse::<Option<Token![,]>>()?.is_some()
        && ahead.parse::<Ident>().is_ok_and(|word| word == "once");
    if is_there {
        input.parse::<Token![,]>()?;
        input.parse::<Ident>()?;
    }
    Ok(is_there)
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
        let ty: Type = input.parse()?;
        return Ok(match () {
            () if is(&ty, "csv") => Reply::Text("text/csv"),
            () if is(&ty, "yaml") => Reply::Text("application/yaml"),
            () => Reply::Bare(Box::new(ty)),
        });
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
    let inner;
    bracketed!(inner in body);
    let item = inner.parse()?;
    let is_paged = body.parse::<Option<Token![,]>>()?.is_none();
    if !is_paged {
        word(&body, "whole", "expected `whole`: the list has no pages")?;
    }
    Ok(Reply::List { key: key.to_string(), item, is_paged })
}

/// Makes a struct an operation: see the crate's documentation.
#[proc_macro_attribute]
pub fn endpoint(spec: TokenStream, item: TokenStream) -> TokenStream {
    let spec = syn::parse_macro_input!(spec as Spec);
    let item = syn::parse_macro_input!(item as ItemStruct);
    expand(spec, item).unwrap_or_else(Error::into_compile_error).into()
}

/// Makes a struct one that answers show. An absent field is its default: the real API, and servers of
/// other versions, may leave any of them out. Its names are in `snake_case`, or as
/// `#[view("PascalCase")]` says.
#[proc_macro_attribute]
pub fn view(case: TokenStream, item: TokenStream) -> TokenStream {
    record(&case, syn::parse_macro_input!(item as ItemStruct), false)
}

/// Makes a struct one that requests hold: what is no `Option` must be there.
#[proc_macro_attribute]
pub fn part(case: TokenStream, item: TokenStream) -> TokenStream {
    record(&case, syn::parse_macro_input!(item as ItemStruct), true)
}

fn record(case: &TokenStream, mut item: ItemStruct, is_strict: bool) -> TokenStream {
    let wire = wire::record(&mut item, is_strict, &named_case(case));
    let wire = wire.unwrap_or_else(Error::into_compile_error);
    quote! {
        #[derive(Debug, Clone, Default, PartialEq)]
        #item
        #wire
    }
    .into()
}

/// Makes an enum one of words. They travel in `snake_case`, or as `#[words(lowercase)]` or
/// `#[words("kebab-case")]` says; `#[words(snake_case, capitals)]` are read in capitals, too.
#[proc_macro_attribute]
pub fn words(case: TokenStream, item: TokenStream) -> TokenStream {
    let mut item = syn::parse_macro_input!(item as ItemEnum);
    let (case, capitals) = (named_case(&case), case.to_string().ends_with("capitals"));
    let wire = wire::words(&mut item, &case, capitals);
    let wire = wire.unwrap_or_else(Error::into_compile_error);
    quote! {
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #item
        #wire
    }
    .into()
}

/// The case that an attribute names; `kebab-case` is no word of Rust's.
fn named_case(case: &TokenStream) -> String {
    let case = if case.is_empty() { "snake_case".into() } else { case.to_string() };
    let case = case.split(',').next().unwrap_or_default().trim();
    case.trim_matches('"').to_owned()
}

fn expand(spec: Spec, mut item: ItemStruct) -> syn::Result<proc_macro2::TokenStream> {
    let Spec { method, path, types, body, status, reply, is_paged, access, once, loss } = spec;
    complete(&mut item, &path, &types, is_paged)?;
    let fields: Vec<String> =
        item.fields.iter().filter_map(|f| Some(f.ident.as_ref()?.to_string())).collect();
    let loss = loss.written(&|field| fields.iter().any(|f| f == field))?;
    let name = &item.ident;
    let listing = match &reply {
        Reply::List { item, is_paged: true, .. } => quote! {
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
        Reply::Text(media) => (quote!(Text(#media)), quote!(String), quote!(plain), quote!(plain)),
        Reply::Bare(ty) => (quote!(Bare), quote!(#ty), quote!(bare), quote!(bare)),
        Reply::Key(key, _, ty) => (quote!(Key(#key)), quote!(#ty), quote!(key), quote!(key)),
        Reply::List { key, item, .. } => {
            (quote!(List(#key)), quote!(::api::Page<#item>), quote!(list), quote!(list))
        }
    };
    let id = kebab(&name.to_string());
    let params = path_params(&path.value()).map(|param| field_of(&param, &path));
    let from = from_path(&item, &method, &path.value());
    let wire = wire::record(&mut item, true, "snake_case")?;
    let name = &item.ident;
    Ok(quote! {
        #item
        #wire
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
                once: #once,
                loss: ::api::Loss::#loss,
            };
            fn path(&self) -> Vec<String> {
                vec![#(self.#params.to_string()),*]
            }
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

/// Adds the derives and the fields that need not be written.
fn complete(
    item: &mut ItemStruct,
    path: &LitStr,
    types: &[(String, String)],
    is_paged: bool,
) -> syn::Result<()> {
    item.attrs.push(parse_quote! {
        #[derive(Debug, Clone, Default)]
    });
    let mut written: Vec<Field> = match &mut item.fields {
        Fields::Named(fields) => std::mem::take(&mut fields.named).into_iter().collect(),
        Fields::Unit => Vec::new(),
        Fields::Unnamed(fields) => {
            return Err(Error::new_spanned(fields, "an operation's fields have names"));
        }
    };
    let mut named = Punctuated::<Field, Token![,]>::new();
    for param in path_params(&path.value()) {
        let field = field_of(&param, path);
        if let Some(place) = written.iter().position(|f| f.ident.as_ref() == Some(&field)) {
            named.push(written.remove(place));
            continue;
        }
        let told = types.iter().find(|(name, _)| *name == param).map(|(_, ty)| ty.clone());
        let Some(ty) = told.or_else(|| Some(camel(param.strip_suffix("-id")?) + "Id")) else {
            let message = format!("no field `{field}` for `{{{param}}}`");
            return Err(Error::new_spanned(path, message));
        };
        let about = match param.rsplit_once('-') {
            Some((thing, "name")) => format!(" The {thing}'s name."),
            Some((thing, "id")) if ty == "String" => format!(" The {}'s id.", called(thing)),
            Some(_) if ty == "String" => format!(" The {}'s name.", called(&param)),
            Some((thing, what)) if !ty.ends_with("Id") => format!(" The {thing}'s {what}."),
            None if ty == "String" => format!(" The {param}."),
            _ => format!(" The {}'s id.", thing_of(&ty)),
        };
        let ty = Ident::new(&ty, path.span());
        named.push(parse_quote!(#[doc = #about] pub #field: #ty));
    }
    named.extend(written);
    if is_paged {
        let per_page = " Items on a page, 1 to 500; 100 when absent.";
        let cursor = " The page: `next` or `prev` of another page's `meta.links`.";
        named.push(parse_quote!(#[doc = #per_page] pub per_page: Option<u32>));
        named.push(parse_quote!(#[doc = #cursor] pub cursor: Option<String>));
    }
    item.fields = Fields::Named(parse_quote!({ #named }));
    item.semi_token = None;
    Ok(())
}

/// `block-id` is `block_id`.
fn field_of(param: &str, path: &LitStr) -> Ident {
    Ident::new(&param.replace('-', "_"), path.span())
}

/// `ssh-key` is `SshKey`.
fn camel(words: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    words.split('-').map(capital).collect()
}

/// What a parameter names: `bucket-name` a bucket, `dns-domain` a domain.
fn called(param: &str) -> &str {
    let thing = param.trim_end_matches("-name");
    thing.rsplit_once('-').map_or(thing, |(_, last)| last)
}

/// What a type of ids belongs to, in words: `SshKeyId` to an SSH key.
fn thing_of(ty: &str) -> String {
    let name = kebab(ty.trim_end_matches("Id"));
    let words = match name.as_str() {
        "block" => "volume".to_owned(),
        "block-snapshot" => "snapshot".to_owned(),
        "bare-metal" => "server".to_owned(),
        "iso" => "ISO image".to_owned(),
        "startup" => "startup script".to_owned(),
        "vpc2" => "VPC 2.0 network".to_owned(),
        name => name.replace('-', " "),
    };
    let upper = |word: &str| match word {
        "ssh" | "vpc" | "nat" | "ip" | "api" => word.to_uppercase(),
        word => word.to_owned(),
    };
    words.split(' ').map(upper).collect::<Vec<_>>().join(" ")
}

/// `From` of what stands in the path, where nothing else is needed.
fn from_path(item: &ItemStruct, method: &Ident, path: &str) -> proc_macro2::TokenStream {
    let name = &item.ident;
    let params: Vec<String> = path_params(path).map(|param| param.replace('-', "_")).collect();
    let is_param = |field: &&syn::Field| {
        field.ident.as_ref().is_some_and(|ident| params.contains(&ident.to_string()))
    };
    let (in_path, others): (Vec<_>, Vec<_>) = item.fields.iter().partition(is_param);
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

fn path_params(path: &str) -> impl Iterator<Item = String> + use<> {
    let params = path.split('{').skip(1).filter_map(|s| s.split_once('}'));
    params.map(|(name, _)| name.to_owned()).collect::<Vec<_>>().into_iter()
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
