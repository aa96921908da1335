using System.Text;

namespace CrmSolid.Client;

/// <summary>
/// Makes what the API answers, for tests of code that uses this client. A model can also be made by
/// <c>new Contact { Id = "con_1", Name = "Sarah" }</c>: what is left out is null, empty or its default. No new member
/// of a model breaks a test that uses either.
/// </summary>
public static class ModelFactory
{
    /// <summary>
    /// Reads a model, a <see cref="Page{T}"/> of models or an event from the JSON of the API, as the client does: only
    /// an id must be there.
    /// </summary>
    /// <typeparam name="T">A class of this library that the API answers.</typeparam>
    /// <param name="json">The JSON.</param>
    /// <exception cref="CrmSolidException">The JSON is not that of the model.</exception>
    /// <exception cref="NotSupportedException">The class is none that the API answers.</exception>
    public static T Read<T>(string json) => Json.Read<T>(Encoding.UTF8.GetBytes(json));

    /// <summary>Writes a model as the API does; members without a value are left out.</summary>
    /// <typeparam name="T">A class of this library that the API answers or takes.</typeparam>
    /// <param name="model">The model.</param>
    /// <exception cref="NotSupportedException">The class is none that the API answers or takes.</exception>
    public static string Write<T>(T model) => Json.WriteText(model);

    /// <summary>Makes a page, for <see cref="Pageable{T}.FromPages"/>.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="items">The items.</param>
    /// <param name="nextCursor">Where the next page begins; null for the last page.</param>
    public static Page<T> Page<T>(IEnumerable<T> items, string? nextCursor = null) =>
        new() { Data = [.. items], NextCursor = nextCursor };

    /// <summary>Makes an event, with an id and a time of its own.</summary>
    /// <param name="type">The type.</param>
    /// <param name="data">What it is about.</param>
    public static Event Event(EventType type, EventData data) => new()
    {
        Id = $"evt_{Guid.NewGuid():N}",
        Type = type,
        CreatedAt = DateTimeOffset.UtcNow,
        Data = data,
    };

    /// <summary>Makes an event whose data are given as the JSON of the API.</summary>
    /// <param name="type">The type.</param>
    /// <param name="data">The JSON of its data, such as <c>{"contact": {"id": "con_1"}}</c>.</param>
    /// <exception cref="CrmSolidException">The JSON is not that of an event's data.</exception>
    public static Event Event(EventType type, string data) => Event(type, Read<EventData>(data));
}
