using System.Collections.ObjectModel;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>
/// How a model is read and written. The code is generated: it needs no reflection, boxes nothing, and a member that is
/// missing or null leaves the property at its default, which System.Text.Json cannot do for properties with
/// <c>init</c>.
/// </summary>
internal interface IJsonModel<TSelf>
    where TSelf : class, IJsonModel<TSelf>
{
    /// <summary>Reads the object at whose beginning the reader is, and leaves it at its end.</summary>
    static abstract TSelf Read(ref Utf8JsonReader json);

    /// <summary>Writes the members that are not null.</summary>
    void Write(Utf8JsonWriter json);
}

internal sealed class ModelConverter<T> : JsonConverter<T>
    where T : class, IJsonModel<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => value.Write(writer);
}

internal sealed class PageConverter<T> : JsonConverter<Page<T>>
    where T : class, IJsonModel<T>
{
    private static readonly MemberNames Names = new(nameof(Page<>), "data", "next_cursor", "synced_until");

    public override Page<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        IReadOnlyList<T> data = [];
        string? nextCursor = null;
        DateTimeOffset? syncedUntil = null;
        Dictionary<string, JsonElement>? kept = null;
        var members = new MemberReader(Names, ref reader);
        while (members.Next(ref reader))
        {
            switch (members.Index)
            {
                case 0: data = members.Models<T>(ref reader); break;
                case 1: nextCursor = members.Text(ref reader); break;
                case 2: syncedUntil = members.Time(ref reader); break;
                default: (kept ??= [])[members.Name] = members.Any(ref reader); break;
            }
        }
        return new() { Data = data, NextCursor = nextCursor, SyncedUntil = syncedUntil, Kept = kept };
    }

    public override void Write(Utf8JsonWriter writer, Page<T> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.Models("data", value.Data);
        writer.Text("next_cursor", value.NextCursor);
        writer.Time("synced_until", value.SyncedUntil);
        value.WriteKept(writer);
        writer.WriteEndObject();
    }
}

/// <summary>The names of the members of an object, in the order in which the API writes them.</summary>
internal sealed class MemberNames(string owner, params string[] names)
{
    public string Owner => owner;

    public byte[][] Utf8 { get; } = Array.ConvertAll(names, Encoding.UTF8.GetBytes);

    public string this[int index] => names[index];
}

/// <summary>
/// Goes through the members of one object and reads their values. A null is passed by, as if the member were missing. A
/// value of another type than the member's is a <see cref="JsonException"/> that names the member.
/// </summary>
internal struct MemberReader
{
    private readonly MemberNames _names;
    private int _next;

    /// <summary>Begins with the object at which the reader is.</summary>
    public MemberReader(MemberNames names, ref Utf8JsonReader json)
    {
        _names = names;
        if (json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"{names.Owner}: expected an object, not {Kind(ref json)}");
        }
    }

    /// <summary>Which member it is, by its place among the names; -1 for one that is not known.</summary>
    public int Index { get; private set; }

    /// <summary>The name of a member that is not known.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Goes to the value of the next member; false at the end of the object.</summary>
    public bool Next(ref Utf8JsonReader json)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            Index = Find(ref json);
            if (Index < 0)
            {
                Name = json.GetString()!;
            }
            json.Read();
            if (Index < 0 || json.TokenType != JsonTokenType.Null)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The error for an object without what it cannot be used without.</summary>
    public readonly JsonException Missing(int index) => new($"{_names.Owner}.{_names[index]} is missing");

    public readonly string Text(ref Utf8JsonReader json)
    {
        Expect(JsonTokenType.String, "a text", ref json);
        return json.GetString()!;
    }

    public readonly T Value<T>(ref Utf8JsonReader json)
        where T : struct, IStringValue<T>
    {
        Expect(JsonTokenType.String, "a text", ref json);
        return StringValueConverter<T>.Read(ref json);
    }

    public readonly long Integer(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long value)
            ? value
            : throw Wrong("an integer", ref json);

    public readonly double Number(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number && json.TryGetDouble(out double value)
            ? value
            : throw Wrong("a number", ref json);

    public readonly bool Flag(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Wrong("true or false", ref json),
    };

    public readonly DateTimeOffset Time(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.String && json.TryGetDateTimeOffset(out DateTimeOffset value)
            ? value
            : throw Wrong("a time", ref json);

    /// <summary>Any value as it is.</summary>
    public readonly JsonElement Any(ref Utf8JsonReader json) => JsonElement.ParseValue(ref json);

    public readonly T Model<T>(ref Utf8JsonReader json)
        where T : class, IJsonModel<T>
    {
        Expect(JsonTokenType.StartObject, "an object", ref json);
        return T.Read(ref json);
    }

    public readonly IReadOnlyList<T> Models<T>(ref Utf8JsonReader json)
        where T : class, IJsonModel<T>
    {
        List<T>? items = null;
        Expect(JsonTokenType.StartArray, "a list", ref json);
        while (NextItem(ref json))
        {
            (items ??= []).Add(Model<T>(ref json));
        }
        return items ?? (IReadOnlyList<T>)[];
    }

    public readonly IReadOnlyList<string> Texts(ref Utf8JsonReader json)
    {
        List<string>? items = null;
        Expect(JsonTokenType.StartArray, "a list", ref json);
        while (NextItem(ref json))
        {
            (items ??= []).Add(Text(ref json));
        }
        return items ?? (IReadOnlyList<string>)[];
    }

    public readonly IReadOnlyList<long> Integers(ref Utf8JsonReader json)
    {
        List<long>? items = null;
        Expect(JsonTokenType.StartArray, "a list", ref json);
        while (NextItem(ref json))
        {
            (items ??= []).Add(Integer(ref json));
        }
        return items ?? (IReadOnlyList<long>)[];
    }

    public readonly IReadOnlyList<T> Values<T>(ref Utf8JsonReader json)
        where T : struct, IStringValue<T>
    {
        List<T>? items = null;
        Expect(JsonTokenType.StartArray, "a list", ref json);
        while (NextItem(ref json))
        {
            (items ??= []).Add(Value<T>(ref json));
        }
        return items ?? (IReadOnlyList<T>)[];
    }

    public readonly IReadOnlyDictionary<string, JsonElement> AnyMap(ref Utf8JsonReader json)
    {
        Expect(JsonTokenType.StartObject, "an object", ref json);
        return ReadAnyMap(ref json);
    }

    public readonly IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> AnyMaps(ref Utf8JsonReader json)
    {
        List<IReadOnlyDictionary<string, JsonElement>>? items = null;
        Expect(JsonTokenType.StartArray, "a list", ref json);
        while (NextItem(ref json))
        {
            (items ??= []).Add(AnyMap(ref json));
        }
        return items ?? (IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>)[];
    }

    public readonly IReadOnlyDictionary<string, string> TextMap(ref Utf8JsonReader json)
    {
        var map = new Dictionary<string, string>();
        Expect(JsonTokenType.StartObject, "an object", ref json);
        while (NextEntry(ref json, out string name))
        {
            map[name] = Text(ref json);
        }
        return map;
    }

    public readonly IReadOnlyDictionary<string, long> IntegerMap(ref Utf8JsonReader json)
    {
        var map = new Dictionary<string, long>();
        Expect(JsonTokenType.StartObject, "an object", ref json);
        while (NextEntry(ref json, out string name))
        {
            map[name] = Integer(ref json);
        }
        return map;
    }

    public readonly IReadOnlyDictionary<string, T> ModelMap<T>(ref Utf8JsonReader json)
        where T : class, IJsonModel<T>
    {
        var map = new Dictionary<string, T>();
        Expect(JsonTokenType.StartObject, "an object", ref json);
        while (NextEntry(ref json, out string name))
        {
            map[name] = Model<T>(ref json);
        }
        return map;
    }

    // One document holds all values, and an empty object costs nothing: most contacts have no custom fields.
    private static IReadOnlyDictionary<string, JsonElement> ReadAnyMap(ref Utf8JsonReader json)
    {
        Utf8JsonReader inner = json;
        if (inner.Read() && inner.TokenType == JsonTokenType.EndObject)
        {
            json = inner;
            return ReadOnlyDictionary<string, JsonElement>.Empty;
        }
        var map = new Dictionary<string, JsonElement>();
        foreach (JsonProperty property in JsonElement.ParseValue(ref json).EnumerateObject())
        {
            map[property.Name] = property.Value;
        }
        return map;
    }

    // Nulls in lists and maps are passed by.
    private static bool NextItem(ref Utf8JsonReader json)
    {
        while (json.Read() && json.TokenType == JsonTokenType.Null)
        {
        }
        return json.TokenType != JsonTokenType.EndArray;
    }

    private static bool NextEntry(ref Utf8JsonReader json, out string name)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            name = json.GetString()!;
            json.Read();
            if (json.TokenType != JsonTokenType.Null)
            {
                return true;
            }
        }
        name = "";
        return false;
    }

    private static string Kind(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        _ => "null",
    };

    // The members come in the order of the names, unless the product is newer.
    private int Find(ref Utf8JsonReader json)
    {
        byte[][] names = _names.Utf8;
        for (int i = 0, index = _next; i < names.Length; i++, index++)
        {
            index = index == names.Length ? 0 : index;
            if (json.ValueTextEquals(names[index]))
            {
                _next = index + 1;
                return index;
            }
        }
        return -1;
    }

    private readonly void Expect(JsonTokenType type, string what, ref Utf8JsonReader json)
    {
        if (json.TokenType != type)
        {
            throw Wrong(what, ref json);
        }
    }

    private readonly JsonException Wrong(string expected, ref Utf8JsonReader json) =>
        new($"{_names.Owner}.{_names[Index]}: expected {expected}, not {Kind(ref json)}");
}

/// <summary>Writes members of a model; one that is null is left out.</summary>
internal static class MemberWriting
{
    public static void Text(this Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    public static void Value<T>(this Utf8JsonWriter json, string name, T value)
        where T : struct, IStringValue<T> => json.Text(name, value.Value is "" ? null : value.Value);

    public static void Value<T>(this Utf8JsonWriter json, string name, T? value)
        where T : struct, IStringValue<T> => json.Text(name, value?.Value);

    public static void Integer(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    public static void Number(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    public static void Flag(this Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } flag)
        {
            json.WriteBoolean(name, flag);
        }
    }

    public static void Time(this Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } time && time != default)
        {
            json.WriteString(name, time);
        }
    }

    public static void Any(this Utf8JsonWriter json, string name, JsonElement? value)
    {
        if (value is { ValueKind: not JsonValueKind.Undefined } element)
        {
            json.WritePropertyName(name);
            element.WriteTo(json);
        }
    }

    public static void Model<T>(this Utf8JsonWriter json, string name, T? value)
        where T : class, IJsonModel<T>
    {
        if (value is not null)
        {
            json.WritePropertyName(name);
            value.Write(json);
        }
    }

    public static void Models<T>(this Utf8JsonWriter json, string name, IReadOnlyList<T>? items)
        where T : class, IJsonModel<T> => json.List(name, items, static (json, item) => item.Write(json));

    public static void Texts(this Utf8JsonWriter json, string name, IReadOnlyList<string>? items) =>
        json.List(name, items, static (json, item) => json.WriteStringValue(item));

    public static void Integers(this Utf8JsonWriter json, string name, IReadOnlyList<long>? items) =>
        json.List(name, items, static (json, item) => json.WriteNumberValue(item));

    public static void Values<T>(this Utf8JsonWriter json, string name, IReadOnlyList<T>? items)
        where T : struct, IStringValue<T> =>
        json.List(name, items, static (json, item) => json.WriteStringValue(item.Value));

    public static void AnyMap(
        this Utf8JsonWriter json, string name, IReadOnlyDictionary<string, JsonElement>? map) =>
        json.Map(name, map, static (json, value) => value.WriteTo(json));

    public static void AnyMaps(
        this Utf8JsonWriter json, string name, IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>? items) =>
        json.List(name, items, static (json, map) => json.Map(map, static (json, value) => value.WriteTo(json)));

    public static void TextMap(this Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string>? map) =>
        json.Map(name, map, static (json, value) => json.WriteStringValue(value));

    public static void IntegerMap(this Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long>? map) =>
        json.Map(name, map, static (json, value) => json.WriteNumberValue(value));

    public static void ModelMap<T>(this Utf8JsonWriter json, string name, IReadOnlyDictionary<string, T>? map)
        where T : class, IJsonModel<T> => json.Map(name, map, static (json, value) => value.Write(json));

    private static void List<T>(
        this Utf8JsonWriter json, string name, IReadOnlyList<T>? items, Action<Utf8JsonWriter, T> write)
    {
        if (items is null)
        {
            return;
        }
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            write(json, item);
        }
        json.WriteEndArray();
    }

    private static void Map<T>(
        this Utf8JsonWriter json, string name, IReadOnlyDictionary<string, T>? map, Action<Utf8JsonWriter, T> write)
    {
        if (map is not null)
        {
            json.WritePropertyName(name);
            json.Map(map, write);
        }
    }

    private static void Map<T>(
        this Utf8JsonWriter json, IReadOnlyDictionary<string, T> map, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartObject();
        foreach (var (name, value) in map)
        {
            json.WritePropertyName(name);
            write(json, value);
        }
        json.WriteEndObject();
    }
}
