using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CrmSolid.Client;

/// <summary>
/// A value that may be left out, which differs from null: left out keeps what is there, null deletes it. Values convert
/// implicitly: <c>new ContactFields { Email = null }</c> deletes the e-mail address.
/// </summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly record struct Optional<T>
{
    private Optional(T value)
    {
        IsSet = true;
        Value = value;
    }

    /// <summary>Whether the value is sent.</summary>
    public bool IsSet { get; }

    /// <summary>The value; the default of its type if it is left out.</summary>
    public T? Value { get; }

    /// <summary>Makes a value that is sent.</summary>
    public static implicit operator Optional<T>(T value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => IsSet ? Value?.ToString() ?? "null" : "left out";
}

// Each property names its converter, because making one for any type needs reflection. A value that is left out is not
// written at all: properties of this type are ignored when they have the default.
internal sealed class OptionalConverter<T> : JsonConverter<Optional<T>>
{
    public override bool HandleNull => true;

    public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, TypeInfo(options))!;

    public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Value!, TypeInfo(options));

    private static JsonTypeInfo<T> TypeInfo(JsonSerializerOptions options) =>
        (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
