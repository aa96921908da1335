using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>
/// A string with a set of known values. It is not an enum, so that a value which the server adds later survives reading
/// and writing.
/// </summary>
internal interface IStringValue
{
    string Value { get; }
}

/// <inheritdoc/>
internal interface IStringValue<TSelf> : IStringValue
    where TSelf : struct, IStringValue<TSelf>
{
    static abstract string[] Known { get; }

    static abstract TSelf Create(string value);
}

internal sealed class StringValueConverter<T> : JsonConverter<T>
    where T : struct, IStringValue<T>
{
    private static readonly KnownValue[] Known =
        Array.ConvertAll(T.Known, value => new KnownValue(Encoding.UTF8.GetBytes(value), T.Create(value)));

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);

    /// <summary>The value at which the reader is: no string is made of one that is known.</summary>
    internal static T Read(ref Utf8JsonReader reader)
    {
        foreach (KnownValue known in Known)
        {
            if (reader.ValueTextEquals(known.Utf8))
            {
                return known.Value;
            }
        }
        return T.Create(reader.GetString() ?? throw new JsonException("expected a string, not null"));
    }

    private readonly record struct KnownValue(byte[] Utf8, T Value);
}
