//! `impl Wire`: how a struct or an enum of words is read, written and described.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{
    Attribute, Error, Expr, Field, Fields, Ident, ItemEnum, ItemStruct, Lit, LitInt, LitStr, Meta,
    Path,
};

fn is_wire(attr: &Attribute) -> bool {
    attr.path().is_ident("wire")
}

/// What `#[wire(...)]` says of a field or a word.
#[derive(Default)]
struct Said {
    name: Option<String>,
    aliases: Vec<LitStr>,
    one_of: Option<Expr>,
    most: Option<LitInt>,
    item_most: Option<LitInt>,
    read: Option<Path>,
    omit: bool,
    null: bool,
    flat: bool,
    lines: bool,
    base64: bool,
    default: bool,
    skip: bool,
}

impl Said {
    /// Takes it out of the attributes: nobody else would understand it.
    fn take(attrs: &mut Vec<Attribute>) -> syn::Result<Self> {
        let mut said = Self::default();
        let (own, others) = std::mem::take(attrs).into_iter().partition(is_wire);
        *attrs = others;
        let own: Vec<Attribute> = own;
        own.iter().try_for_each(|attr| attr.parse_nested_meta(|meta| said.one(&meta)))?;
        Ok(said)
    }

    fn one(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let word = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
        match word.as_str() {
            "name" => self.name = Some(meta.value()?.parse::<LitStr>()?.value()),
            "alias" => self.aliases.push(meta.value()?.parse()?),
            "one_of" => self.one_of = Some(meta.value()?.parse()?),
            "most" => self.most = Some(meta.value()?.parse()?),
            "item_most" => self.item_most = Some(meta.value()?.parse()?),
            "read" => self.read = Some(meta.value()?.parse()?),
            "omit" => self.omit = true,
            "null" => self.null = true,
            "flat" => self.flat = true,
            "lines" => self.lines = true,
            "base64" => self.base64 = true,
            "default" => self.default = true,
            "skip" => self.skip = true,
            _ => {
                return Err(meta.error(
                    "expected one of `name`, `alias`, `one_of`, `most`, `item_most`, `read`, `omit`, \
                     `null`, `flat`, `lines`, `base64`, `default`, `skip`",
                ));
            }
        }
        Ok(())
    }
}

/// `impl Wire` of a struct. Where it `is_strict`, fields that are no `Option` must be there.
pub(crate) fn record(
    item: &mut ItemStruct,
    is_strict: bool,
    case: &str,
) -> syn::Result<TokenStream> {
    let (name, about) = (item.ident.clone(), about(&item.attrs));
    let called = name.to_string();
    let (mut fields, mut reads, mut writes) = (Vec::new(), Vec::new(), Vec::new());
    // All at first: of a struct that is wrong in one field, no attribute is left that nobody knows.
    let said: Vec<_> = item.fields.iter_mut().map(|field| Said::take(&mut field.attrs)).collect();
    for (field, said) in item.fields.iter().zip(said) {
        let said = said?;
        let Some(ident) = &field.ident else {
            return Err(Error::new_spanned(field, "fields have names"));
        };
        reads.push(match &said.read {
            Some(read) => quote!(fields.next_by(&mut it.#ident, #read);),
            None => quote!(fields.next(&mut it.#ident);),
        });
        writes.push(quote!(fields.next(&self.#ident);));
        fields.push(described(field, &said, is_strict, case)?);
    }
    Ok(quote! {
        impl ::api::Wire for #name {
            const FORM: &'static ::api::form::Form =
                &::api::form::Form::Record(&::api::form::Record {
                    name: #called,
                    about: #about,
                    fields: &[#(#fields),*],
                });
            #[allow(unused_mut, reason = "some have no fields")]
            fn read(given: ::api::wire::Given<'_>) -> Result<Self, ::api::wire::Wrong> {
                let mut it = Self::default();
                let mut fields = given.record(Self::FORM)?;
                #(#reads)*
                fields.end(it)
            }
            #[allow(unused_mut, reason = "some have no fields")]
            fn write(&self, out: &mut Vec<u8>) {
                let mut fields = ::api::wire::write::Writer::new(out, Self::FORM);
                #(#writes)*
                fields.end();
            }
        }
        ::api::wire::for_serde!(#name);
    })
}

/// The line of a field in its record.
fn described(field: &Field, said: &Said, is_strict: bool, case: &str) -> syn::Result<TokenStream> {
    let ty = &field.ty;
    let ident = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
    let name = match &said.name {
        Some(name) => name.clone(),
        None if case == "snake_case" => ident,
        None => cased(&pascal(&ident), case, field)?,
    };
    let about = about(&field.attrs);
    let mut more = Vec::new();
    let aliases = &said.aliases;
    if !aliases.is_empty() {
        more.push(quote!(aliases: &[#(#aliases),*],));
    }
    if is_strict && !said.default {
        more.push(quote!(needed: !<#ty as ::api::Wire>::OPTIONAL,));
    }
    if let Some(one_of) = &said.one_of {
        more.push(quote!(one_of: &#one_of,));
    }
    if let Some(most) = &said.most {
        more.push(quote!(most: #most,));
    }
    if let Some(most) = &said.item_most {
        more.push(quote!(item_most: #most,));
    }
    let flags = [
        (said.omit, quote!(omit)),
        (said.null, quote!(null)),
        (said.flat, quote!(flat)),
        (said.lines, quote!(lines)),
        (said.base64, quote!(base64)),
    ];
    more.extend(flags.into_iter().filter(|(is, _)| *is).map(|(_, flag)| quote!(#flag: true,)));
    Ok(quote! {
        ::api::form::Field {
            name: #name,
            about: #about,
            form: <#ty as ::api::Wire>::FORM,
            #(#more)*
            ..::api::form::Field::PLAIN
        }
    })
}

/// `impl Wire` of an enum of words, which are read in capitals, too, where that is said.
pub(crate) fn words(item: &mut ItemEnum, case: &str, capitals: bool) -> syn::Result<TokenStream> {
    let (name, about_all) = (item.ident.clone(), about(&item.attrs));
    let called = name.to_string();
    let (mut words, mut variants) = (Vec::new(), Vec::new());
    let said: Vec<_> = item.variants.iter_mut().map(|word| Said::take(&mut word.attrs)).collect();
    for (variant, said) in item.variants.iter().zip(said) {
        let said = said?;
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(variant, "a word has no fields"));
        }
        let word = match (said.skip, &said.name) {
            (true, _) => String::new(),
            (false, Some(name)) => name.clone(),
            (false, None) => cased(&variant.ident.to_string(), case, variant)?,
        };
        let upper = capitals.then(|| LitStr::new(&word.to_uppercase(), variant.ident.span()));
        let (aliases, about) = (said.aliases.iter().chain(&upper), about(&variant.attrs));
        words.push(quote! {
            ::api::form::Word { word: #word, aliases: &[#(#aliases),*], about: #about }
        });
        variants.push(&variant.ident);
    }
    Ok(quote! {
        impl ::api::Wire for #name {
            const FORM: &'static ::api::form::Form =
                &::api::form::Form::Words(&::api::form::Words {
                    name: #called,
                    about: #about_all,
                    words: &[#(#words),*],
                });
            fn read(given: ::api::wire::Given<'_>) -> Result<Self, ::api::wire::Wrong> {
                const ALL: &[#name] = &[#(#name::#variants),*];
                Ok(ALL[given.word(Self::FORM)?])
            }
            fn write(&self, out: &mut Vec<u8>) {
                let word = ::api::wire::write::word(Self::FORM, *self as usize);
                ::api::wire::write::text(out, word);
            }
        }
        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let form = <Self as ::api::Wire>::FORM;
                to.serialize_str(::api::wire::write::word(form, *self as usize))
            }
        }
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                ::api::wire::deserialize_word(from)
            }
        }
    })
}

/// What the documentation says, line by line.
fn about(attrs: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        let Meta::NameValue(doc) = &attr.meta else { continue };
        let Expr::Lit(text) = &doc.value else { continue };
        if let Lit::Str(text) = &text.lit {
            lines.push(text.value().trim().to_owned());
        }
    }
    lines.join("\n").trim().to_owned()
}

/// `frontend_port` is `FrontendPort`.
fn pascal(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('_').filter(|word| !word.is_empty()).map(capital).collect()
}

/// A name such as `EarlGrey` in another case.
fn cased(name: &str, case: &str, place: &impl quote::ToTokens) -> syn::Result<String> {
    let snake = crate::kebab(name).replace('-', "_");
    Ok(match case {
        "snake_case" => snake,
        "SCREAMING_SNAKE_CASE" => snake.to_uppercase(),
        "kebab-case" => crate::kebab(name),
        "lowercase" => name.to_lowercase(),
        "UPPERCASE" => name.to_uppercase(),
        "PascalCase" => name.to_owned(),
        _ => return Err(Error::new_spanned(place, format!("there is no case `{case}`"))),
    })
}
